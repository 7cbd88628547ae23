// The host's judgement is the device's: the shapes that authorities have, and addresses and names as people write them.

import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodePayload } from "../../host/ca-information.js";
import { createServerCredentials } from "../../host/certificate-authority.js";
import { judgeAuthority, judgePayload, judgeServer, judgeService, judgeURL } from "../../host/device-judge.js";
import { OperatorError } from "../../host/operator-error.js";
import { createWorld } from "../world.js";
import { flashFolder } from "./device-run.js";

const world = await createWorld();
const information = { generation: 1, certificate: world.authority(1).certificate, nextAddress: "https://d.example/" };

function refuses(run: () => unknown, message: RegExp) {
	assert.throws(run, (error: Error) => error instanceof OperatorError && message.test(error.message), undefined);
}

/** A CA as `openssl req -x509` makes it, DER. */
function openssl(algorithm: string[], ...more: string[]): Uint8Array {
	const folder = flashFolder();
	const out = join(folder, "ca.pem");
	const key = ["-nodes", "-newkey", ...algorithm, "-keyout", join(folder, "ca.key")];
	const run = spawnSync("openssl", ["req", "-x509", ...key, "-out", out, "-subj", "/CN=x", ...more], {
		encoding: "utf8",
	});
	assert.is(run.status, 0, run.stderr);
	return new Uint8Array(new X509Certificate(readFileSync(out)).raw);
}

test("a payload is read as a device would read it, before it is signed", () => {
	for (const isHybrid of [false, true])
		assert.is(judgePayload(encodePayload(information), "example", isHybrid).generation, 1);
	for (const [more, message] of [
		[{ nextAddress: "http://d.example/" }, /devices refuse this CA information: first address is not https/],
		[{ nextAddress: "https://d.example/#x" }, /bad path in URL/],
		[{ nextAddress: "https://u@d.example/" }, /bad host in URL/],
		[{ nextAddress: "https://d.example/ä" }, /bad path in URL/],
		[{ nextAddress: `https://d.example/${"x".repeat(240)}` }, /URL too long/],
		[{ nextAddress: "d.example" }, /not an https URL/],
		[{ mirrors: ["ftp://d.example/"] }, /not an https URL/],
		[{ certificate: new Uint8Array(641) }, /devices refuse this CA information: /],
		[{ leafNotBefore: 2 ** 41 }, /not-before out of range/],
	] as const)
		for (const isHybrid of [false, true])
			refuses(
				() => judgePayload(encodePayload({ ...information, ...more } as typeof information), "example", isHybrid),
				message,
			);
});

test("what a hybrid key cannot sign, or no device take with both signatures, is refused before it is signed", () => {
	const judge = (more: object, isHybrid: boolean) =>
		judgePayload(encodePayload({ ...information, ...more }), "example", isHybrid);
	assert.is(judge({ generation: 1_023 }, true).generation, 1_023);
	assert.is(judge({ generation: 1_024 }, false).generation, 1_024);
	refuses(() => judge({ generation: 1_024 }, true), /generation 1024: a hybrid DL key signs 1023 at most/);
});

test("the CAs that people make are what devices say that they are", () => {
	for (const [what, certificate] of [
		["as everybody types it", openssl(["ed25519"])],
		["P-256", openssl(["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])],
		["P-384", openssl(["ec", "-pkeyopt", "ec_paramgen_curve:P-384"])],
		["RSA", openssl(["rsa:2048"])],
		["with a path length", openssl(["ed25519"], "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0")],
	] as const)
		assert.not.throws(() => judgeAuthority(certificate), what);
	for (const [certificate, message] of [
		[
			openssl(["ed25519"], "-addext", "basicConstraints=critical,CA:FALSE"),
			/devices refuse this CA certificate: not a CA/,
		],
		[openssl(["ed25519"], "-addext", "keyUsage=critical,cRLSign"), /keyUsage|wrong key usage/],
		[openssl(["ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"]), /devices refuse/],
		[openssl(["ed25519"], "-addext", "1.2.3.4=critical,DER:0500"), /devices refuse/],
	] as const)
		refuses(() => judgeAuthority(certificate), message);
});

test("a server's certificate is judged for the name, and for key 4", async () => {
	const names = ["service.example", "192.0.2.1"];
	const notBefore = new Date("2031-01-01");
	const server = await createServerCredentials(world.authority(1), {
		names,
		validity: { notBefore, notAfter: new Date("2041-01-01") },
	});
	const anchor = judgeAuthority(world.authority(1).certificate);
	for (const name of names) judgeServer([server.certificate], name, anchor);
	refuses(
		() => judgeServer([server.certificate], "other.example", anchor),
		/devices refuse this certificate for other\.example: name does not match/,
	);
	const leafNotBefore = notBefore.getTime() / 1_000;
	judgeServer([server.certificate], names[0], { ...anchor, leafNotBefore });
	refuses(
		() => judgeServer([server.certificate], names[0], { ...anchor, leafNotBefore: leafNotBefore + 1 }),
		/issued too early/,
	);
	refuses(
		() => judgeServer([server.certificate], names[0], judgeAuthority(world.authority(2).certificate)),
		/unknown issuer/,
	);
});

test("services are names, with a port if need be", () => {
	assert.equal(judgeService("Service.example"), { host: "service.example", port: 443 });
	assert.equal(judgeService("192.0.2.1:8443"), { host: "192.0.2.1", port: 8443 });
	refuses(() => judgeService("https://service.example"), /devices refuse/);
	refuses(() => judgeService("service.example/"), /expected a name/);
	refuses(() => judgeService("[2001:db8::1]"), /bad host in URL/);
	assert.is(judgeURL("https://d.example:444/x").port, 444);
});

test.run();
