// A DL public key, as devices have it burnt in: 32 raw bytes of Ed25519. In files also PEM.

import { createPublicKey, type KeyObject } from "node:crypto";
import { OperatorError } from "./operator-error.js";
import { readOptionFile } from "./option-file.js";

/** What a device has burnt in of one DL signing key. */
export type DlKey = KeyObject;

/** The key in a file of 32 raw bytes, or PEM. Throws OperatorError that names the option `--dl-key`. */
export function readDlKey(file: string): DlKey {
	const content = readOptionFile("--dl-key", file);
	if (content.length === 32) return publicKeyOf(content);
	try {
		if (content.includes("PRIVATE KEY"))
			throw new OperatorError(`--dl-key ${file}: this is a private key; a device has the public one`);
		const key = createPublicKey(content);
		rawPublicKey(key);
		return key;
	} catch (error) {
		if (error instanceof OperatorError) throw error;
		throw new OperatorError(`--dl-key ${file}: expected an Ed25519 public key, 32 raw bytes or PEM`);
	}
}

/** An Ed25519 public key of 32 bytes as Node's crypto takes it. */
export function publicKeyOf(raw: Uint8Array): DlKey {
	if (raw.length !== 32) throw new RangeError(`expected a public key of 32 bytes, got ${raw.length}`);
	return createPublicKey({
		key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") },
		format: "jwk",
	});
}

/** The 32 bytes of an Ed25519 key's public half. */
export function rawPublicKey(key: DlKey): Uint8Array {
	const { x, crv } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
	if (crv !== "Ed25519") throw new TypeError("expected an Ed25519 key");
	return new Uint8Array(Buffer.from(x as string, "base64url"));
}
