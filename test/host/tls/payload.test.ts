// What a poll that finds the same CA information costs in TCP payload, both ways together: our own download server, an
// Ed25519 leaf signed directly.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { getRequest } from "../../../firmware/http.js";
import { parseURL } from "../../../firmware/url.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { createServerCredentials } from "../../../host/certificate-authority.js";
import { DownloadServer } from "../../../rehearsal/download-server.js";
import { createWorld, DOWNLOAD_PATH } from "../../world.js";
import { type Exchange, exchange } from "./exchange.js";

/** Bytes, at a name of 25 characters; each counts four times (SNI, Host, the leaf's subject and its name). */
const LIMIT = 2_300;

/** One line for each record: who, type, length. */
function table({ sent, received, flight }: Exchange): string {
	const lengths: number[] = [];
	for (let i = 0; i < flight.length; i += 5 + flight.readUInt16BE(i + 3)) lengths.push(5 + flight.readUInt16BE(i + 3));
	return `${sent} sent, ${received} received in records of ${lengths.join(", ")}: ${sent + received} bytes`;
}

for (const name of ["b.example", "download-12.fleet.example"]) {
	test(`a poll at ${name}`, async () => {
		const world = await createWorld({ authorities: 2 });
		const authority = world.authority(1);
		const credentials = await createServerCredentials(authority, { names: [name], validity: world.validity });
		const information = world.information(2);
		const server = await DownloadServer.open({ credentials, path: DOWNLOAD_PATH, caInformation: information });
		const url = parseURL(`https://${name}${DOWNLOAD_PATH}`);
		const request = Buffer.from(getRequest(url, "baton/1 (1,2)")).toString("latin1");
		const anchors = [readTrustAnchor(authority.certificate)];
		const result = await exchange({ port: server.port, host: name, anchors, request });
		await server.close();
		assert.is(result.error, undefined);
		assert.ok(result.text.includes("200 OK"));
		console.log(
			`${name}, leaf of ${credentials.certificate.length} bytes, ${information.length} bytes of CA information: ${table(result)}`,
		);
		const most = LIMIT + 4 * (name.length - 25);
		assert.ok(result.sent + result.received <= most, `${result.sent + result.received} bytes`);
	});
}

test.run();
