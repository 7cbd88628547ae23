// What every implementation is given. Functions, so that a program holds only what it uses.

import { fromHex } from "../hex.js";

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

/** 1 KiB. */
export function text() {
	return pattern(1024);
}

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

/** AEAD: `text()` is sealed. */
export function key(byteLength: number) {
	return pattern(byteLength);
}
export function nonce() {
	return pattern(12);
}
export function additionalData() {
	return pattern(5);
}

function pattern(byteLength: number): Uint8Array {
	const bytes = new Uint8Array(byteLength);
	for (let i = 0; i < byteLength; i++) bytes[i] = (i * 7 + byteLength) & 255;
	return bytes;
}
