// A DL public key, as devices have it burnt in: 32 raw bytes of Ed25519 in a classical fleet; in a hybrid one a pair, 84
// bytes, Ed25519 and HSS-LMS. In files also PEM: SubjectPublicKeyInfo, of a pair two blocks (RFC 8410, RFC 9802).

import { createPublicKey, type KeyObject } from "node:crypto";
import { OperatorError } from "./operator-error.js";
import { readOptionFile } from "./option-file.js";

/** What a device has burnt in of one DL signing key. */
export type DlKey = KeyObject | DlKeyPair;

export interface DlKeyPair {
	ed25519: KeyObject;
	/** HSS's public key (RFC 8554 §6.1), 52 bytes. */
	lms: Uint8Array;
}

export function isPair(key: DlKey): key is DlKeyPair {
	return "lms" in key;
}

/** The key in a file: raw bytes, or PEM. Throws OperatorError that names the option `--dl-key`. */
export function readDlKey(file: string): DlKey {
	const content = readOptionFile("--dl-key", file);
	if (content.length === ED25519_LENGTH || content.length === PAIR_LENGTH) return publicKeyOf(content);
	if (content.includes("PRIVATE KEY"))
		throw new OperatorError(`--dl-key ${file}: this is a private key; a device has the public one`);
	const key = readDlKeyPem(content.toString());
	if (!key)
		throw new OperatorError(
			`--dl-key ${file}: expected a DL public key: Ed25519's, 32 raw bytes or PEM, or a pair with HSS-LMS, 84 or two PEM blocks`,
		);
	return key;
}

/** Undefined: this is not a DL public key. */
export function readDlKeyPem(text: string): DlKey | undefined {
	const blocks = [...text.matchAll(/-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----/g)];
	const [first, second] = blocks.map(([, base64]) => Buffer.from(base64, "base64"));
	if (!first || blocks.length > 2) return undefined;
	let ed25519: KeyObject;
	try {
		ed25519 = createPublicKey({ key: first, format: "der", type: "spki" });
	} catch {
		return undefined;
	}
	if (ed25519.asymmetricKeyType !== "ed25519") return undefined;
	if (!second) return ed25519;
	const isLms = second.length === LMS_HEAD.length + LMS_LENGTH && second.subarray(0, LMS_HEAD.length).equals(LMS_HEAD);
	return isLms ? { ed25519, lms: new Uint8Array(second.subarray(LMS_HEAD.length)) } : undefined;
}

export function dlKeyPem(key: DlKey): string {
	const pem = (of: KeyObject) => of.export({ type: "spki", format: "pem" }) as string;
	if (!isPair(key)) return pem(key);
	const base64 = Buffer.concat([LMS_HEAD, key.lms])
		.toString("base64")
		.replace(/.{64}(?=.)/g, "$&\n");
	return `${pem(key.ed25519)}-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`;
}

/** 32 bytes, or 84. Throws RangeError for another length. */
export function publicKeyOf(raw: Uint8Array): DlKey {
	if (raw.length !== ED25519_LENGTH && raw.length !== PAIR_LENGTH)
		throw new RangeError(`expected a public key of ${ED25519_LENGTH} bytes, or ${PAIR_LENGTH}, got ${raw.length}`);
	const x = Buffer.from(raw.subarray(0, ED25519_LENGTH)).toString("base64url");
	const ed25519 = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
	return raw.length === ED25519_LENGTH ? ed25519 : { ed25519, lms: new Uint8Array(raw.subarray(ED25519_LENGTH)) };
}

/** What is burnt in of a DL key, or of an Ed25519 key's public half. */
export function rawPublicKey(key: DlKey): Uint8Array {
	if (isPair(key)) return Uint8Array.of(...rawPublicKey(key.ed25519), ...key.lms);
	const { x, crv } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
	if (crv !== "Ed25519") throw new TypeError("expected an Ed25519 key");
	return new Uint8Array(Buffer.from(x as string, "base64url"));
}

export function isSameKey(one: DlKey, other: DlKey): boolean {
	return Buffer.from(rawPublicKey(one)).equals(rawPublicKey(other));
}

/** Throws OperatorError unless all are of one kind: a device has no other way to know what a signature looks like. */
export function checkOneKind(keys: readonly DlKey[]): void {
	if (keys.some(key => isPair(key) !== isPair(keys[0])))
		throw new OperatorError("a fleet's DL keys are all pairs with HSS-LMS, or all of Ed25519 alone");
}

const ED25519_LENGTH = 32,
	LMS_LENGTH = 52,
	PAIR_LENGTH = ED25519_LENGTH + LMS_LENGTH; // bytes
/** SubjectPublicKeyInfo with id-alg-hss-lms-hashsig, 1.2.840.113549.1.9.16.3.17, up to the key (RFC 9802 §4). */
const LMS_HEAD = Buffer.from("3046300d060b2a864886f70d0109100311033500", "hex");
