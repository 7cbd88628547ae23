// What a poll that finds the same CA information costs in TCP payload, both ways together: Node's server at its
// defaults, an Ed25519 leaf signed directly.

import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { getRequest } from "../../../firmware/http.js";
import { parseURL } from "../../../firmware/url.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { certificatePem, createServerCredentials } from "../../../host/certificate-authority.js";
import { createWorld, DOWNLOAD_PATH, downloadName } from "../../world.js";
import { type Exchange, exchange } from "./exchange.js";

/** Bytes, at a short name; each character of a name counts four times (SNI, Host, the leaf's subject and its name). */
const LIMIT = 2_300;

/** One line for each record: who, type, length. */
function table({ sent, received, flight }: Exchange): string {
	const lengths: number[] = [];
	for (let i = 0; i < flight.length; i += 5 + flight.readUInt16BE(i + 3)) lengths.push(5 + flight.readUInt16BE(i + 3));
	return `${sent} sent, ${received} received in records of ${lengths.join(", ")}: ${sent + received} bytes`;
}

for (const name of ["b.example", downloadName(1)]) {
	test(`a poll at ${name}`, async () => {
		const world = await createWorld({ authorities: 2 });
		const authority = world.authority(1);
		const credentials = await createServerCredentials(authority, { names: [name], validity: world.validity });
		const information = world.information(2);
		const cert = certificatePem(credentials.certificate),
			key = credentials.privateKey.export({
				type: "pkcs8",
				format: "pem",
			});
		const server = createServer({ cert, key }, (_, response) => response.end(information));
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		const request = Buffer.from(getRequest(parseURL(`https://${name}${DOWNLOAD_PATH}`), "baton/1 (1,2)")).toString(
			"latin1",
		);
		const { port } = server.address() as AddressInfo;
		const result = await exchange({ port, host: name, anchors: [readTrustAnchor(authority.certificate)], request });
		server.close();
		assert.is(result.error, undefined);
		assert.ok(result.text.includes("200 OK"));
		console.log(
			`${name}, leaf of ${credentials.certificate.length} bytes, ${information.length} bytes of CA information: ${table(result)}`,
		);
		const most = LIMIT + 4 * (name.length - "b.example".length);
		assert.ok(result.sent + result.received <= most, `${result.sent + result.received} bytes`);
	});
}

test.run();
