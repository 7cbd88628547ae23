import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { publicKeyOf, rawPublicKey, readDlKey } from "../../host/dl-key.js";
import { OperatorError } from "../../host/operator-error.js";
import { flashFolder } from "./device-run.js";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const raw = rawPublicKey(publicKey);
const folder = flashFolder();

function inFile(content: string | Uint8Array): string {
	const file = join(folder, "key");
	writeFileSync(file, content);
	return file;
}

test("a raw public key goes to Node's crypto and back", () => {
	assert.equal(rawPublicKey(publicKeyOf(raw)), raw);
	assert.equal(rawPublicKey(privateKey), raw);
	assert.throws(() => publicKeyOf(raw.slice(1)), /32 bytes, got 31/);
});

test("a file holds 32 raw bytes, or PEM", () => {
	assert.equal(rawPublicKey(readDlKey(inFile(raw))), raw);
	assert.equal(rawPublicKey(readDlKey(inFile(publicKey.export({ type: "spki", format: "pem" })))), raw);
});

test("anything else is refused by the option's name", () => {
	const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
	for (const [content, message] of [
		["", /^--dl-key .*: expected an Ed25519 public key, 32 raw bytes or PEM$/],
		[raw.slice(1), /32 raw bytes or PEM$/],
		[p256.export({ type: "spki", format: "pem" }), /32 raw bytes or PEM$/],
		[privateKey.export({ type: "pkcs8", format: "pem" }), /this is a private key; a device has the public one$/],
	] as const) {
		const refused = (error: Error) => error instanceof OperatorError && message.test(error.message);
		assert.throws(() => readDlKey(inFile(content)), refused);
	}
	assert.throws(() => readDlKey(join(folder, "none")), /^--dl-key .*: no such file$/);
});

test.run();
