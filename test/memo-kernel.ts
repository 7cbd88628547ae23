// The crypto kernel of mass runs on Node: everything is the TypeScript kernel's, but Ed25519 verdicts are OpenSSL's,
// kept for as long as the same bytes come again. One verdict in a few is compared with our own kernel's.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { ed25519Prepare, ed25519Verify as ownVerify, type PreparedKey } from "../firmware/crypto/typescript/kernel.js";

export * from "../firmware/crypto/typescript/kernel.js";

const MOST_REMEMBERED = 20_000; // verdicts
const ONE_IN_SO_MANY = 256;
const spki = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410 §4, before the key's 32 bytes

const verdicts = new Map<string, boolean>();
const keys = new Map<string, { openssl: KeyObject; own: Uint8Array | PreparedKey }>();
let asked = 0;

export function ed25519Verify(key: Uint8Array | PreparedKey, message: Uint8Array, signature: Uint8Array): boolean {
	const encoded = key instanceof Uint8Array ? key : key.encoded;
	const name = latin1(encoded);
	const question = name + latin1(signature) + latin1(message);
	const known = verdicts.get(question);
	if (known !== undefined) return known;
	let pair = keys.get(name);
	if (!pair) {
		const openssl = createPublicKey({ key: Buffer.concat([spki, encoded]), format: "der", type: "spki" });
		pair = { openssl, own: ed25519Prepare(encoded) ?? encoded };
		keys.set(name, pair);
	}
	const verdict = verify(null, message, pair.openssl, signature);
	if (asked++ % ONE_IN_SO_MANY === 0 && ownVerify(pair.own, message, signature) !== verdict)
		throw new Error(`the kernel says ${!verdict}, OpenSSL ${verdict}`);
	if (verdicts.size >= MOST_REMEMBERED) verdicts.clear();
	verdicts.set(question, verdict);
	return verdict;
}

function latin1(bytes: Uint8Array) {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
