// What every implementation is given, and what must come out (from node:crypto, which is one of them). Functions, so
// that a program holds only what it uses.

import { fromHex } from "./hex.js";

/** A signature of `message()`. */
export function publicKey() {
	return fromHex("0360edf1a07c2925df03f78df48e545f6d12f64e76a0957bd38d08092e1a04fe");
}
export function signature() {
	return fromHex(
		"5eb7782504e087b6c6d0e5cc4a39ccd9e0a36a74fdabddde44890cc7c2fdb0e6" +
			"4909185a8451e405bf460ea457eca1cbe88b6a0c80106a9157d6948291d07309",
	);
}
/** 300 bytes, about what a CA information's signed text has. */
export function message() {
	return pattern(300);
}

/** A secret, and a peer's public key. */
export function scalar() {
	return fromHex("77076d0a7318a57d3c16c17251b26645b6c6f5d3bf2a3a52e2a5c1a9a0d1c2e5");
}
export function u() {
	return fromHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}
export const SHARED = "f2c61968a0cb0a321bdf292b84a75f8daa1bf8b6ea54b002b225dfdcd6c4b81b";

/** 1 KiB. */
export function text() {
	return pattern(1024);
}
export const TEXT_SHA256 = "41a8df8d7a09deeda1ce604e394aca7e77f054f4937b3e51c882a84f67de6d1d";
export const TEXT_SHA512 =
	"d24b49baebf862f5054c493f4352f38cb9bd9694d8396e5621d908d8ed4a0fcf" +
	"4a7d4d3fccb1282f830c16ad5bfc82085c820a71521608ff2929be3be9653afe";

/** HKDF-SHA256: extract, and expand to 32 bytes. */
export function salt() {
	return pattern(32);
}
export function inputKeyingMaterial() {
	return pattern(48);
}
export function info() {
	return pattern(50);
}
export const DERIVED = "55d6c548a6140052034254d5db0c2cc109cd00c38c15a0499aafdc5e04947144";

/** AEAD: `text()` sealed, then its last 16 bytes of ciphertext and its tag. */
export function key(byteLength: number) {
	return pattern(byteLength);
}
export function nonce() {
	return pattern(12);
}
export function additionalData() {
	return pattern(5);
}
export const CHA_CHA20_POLY1305_END = "33273c8a2fc59e5d39e2938ad4155fc331c720a6edbee7d6d6230b8eafd83a15";
export const AES128_GCM_END = "2315d393366503ba040fb38d80c5a2505b129433c916ec271bc195818456617c";

function pattern(byteLength: number): Uint8Array {
	const bytes = new Uint8Array(byteLength);
	for (let i = 0; i < byteLength; i++) bytes[i] = (i * 7 + byteLength) & 255;
	return bytes;
}
