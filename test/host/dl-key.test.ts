import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkOneKind, dlKeyPem, isSameKey, publicKeyOf, rawPublicKey, readDlKey } from "../../host/dl-key.js";
import { OperatorError } from "../../host/operator-error.js";
import { PUBLIC_KEY } from "../firmware/crypto/hss-lms-signatures.js";
import { fromHex } from "../hex.js";
import { flashFolder } from "./device-run.js";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const raw = rawPublicKey(publicKey);
const folder = flashFolder();

function inFile(content: string | Uint8Array): string {
	const file = join(folder, "key");
	writeFileSync(file, content);
	return file;
}

const lms = fromHex(PUBLIC_KEY);
const rawPair = Uint8Array.of(...raw, ...lms);
const pem = publicKey.export({ type: "spki", format: "pem" }) as string;

test("a raw public key, or a pair, goes to Node's crypto and back", () => {
	assert.equal(rawPublicKey(publicKeyOf(raw)), raw);
	assert.equal(rawPublicKey(privateKey), raw);
	assert.equal(rawPublicKey(publicKeyOf(rawPair)), rawPair);
	assert.throws(() => publicKeyOf(raw.slice(1)), /32 bytes, or 84, got 31/);
	assert.ok(isSameKey(publicKeyOf(rawPair), { ed25519: publicKey, lms }));
	assert.not(isSameKey(publicKeyOf(rawPair), publicKey));
});

test("a file holds 32 raw bytes, or PEM; of a pair 84, or two PEM blocks", () => {
	assert.equal(rawPublicKey(readDlKey(inFile(raw))), raw);
	assert.equal(rawPublicKey(readDlKey(inFile(pem))), raw);
	assert.equal(rawPublicKey(readDlKey(inFile(rawPair))), rawPair);
	assert.is(dlKeyPem(publicKey), pem);
	assert.equal(rawPublicKey(readDlKey(inFile(dlKeyPem({ ed25519: publicKey, lms })))), rawPair);
});

test("a fleet's keys are of one kind", () => {
	checkOneKind([publicKey, publicKey]);
	checkOneKind([publicKeyOf(rawPair), publicKeyOf(rawPair)]);
	assert.throws(() => checkOneKind([publicKeyOf(rawPair), publicKey]), /all pairs with HSS-LMS, or all of Ed25519/);
});

test("anything else is refused by the option's name", () => {
	const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
	for (const [content, message] of [
		["", /^--dl-key .*: expected a DL public key: Ed25519's, 32 raw bytes or PEM, or a pair .*, 84 or two PEM blocks$/],
		[raw.slice(1), /expected a DL public key/],
		[rawPair.slice(1), /expected a DL public key/],
		[p256.export({ type: "spki", format: "pem" }), /expected a DL public key/],
		[pem + pem, /expected a DL public key/],
		[dlKeyPem({ ed25519: publicKey, lms }).slice(pem.length), /expected a DL public key/],
		[dlKeyPem({ ed25519: publicKey, lms: lms.slice(1) }), /expected a DL public key/],
		[dlKeyPem({ ed25519: publicKey, lms }) + pem, /expected a DL public key/],
		[privateKey.export({ type: "pkcs8", format: "pem" }), /this is a private key; a device has the public one$/],
	] as const) {
		const refused = (error: Error) => error instanceof OperatorError && message.test(error.message);
		assert.throws(() => readDlKey(inFile(content)), refused);
	}
	assert.throws(() => readDlKey(join(folder, "none")), /^--dl-key .*: no such file$/);
});

test.run();
