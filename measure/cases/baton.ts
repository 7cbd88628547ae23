// The project's own kernel, in TypeScript or in C as the bundle has it.

import * as kernel from "../../firmware/crypto/kernel.js";
import * as inputs from "./inputs.js";

export function verify() {
	const key = inputs.publicKey();
	const [message, signature] = [inputs.message(), inputs.signature()];
	return () => kernel.ed25519Verify(key, message, signature);
}

/** The key's preparation is not counted. */
export function verifyKnown() {
	const key = kernel.ed25519Prepare(inputs.publicKey())!;
	const [message, signature] = [inputs.message(), inputs.signature()];
	return () => kernel.ed25519Verify(key, message, signature);
}

export function x25519() {
	const [scalar, u] = [inputs.scalar(), inputs.u()];
	return () => kernel.x25519(scalar, u);
}

export function sha256() {
	const text = inputs.text();
	return () => kernel.sha256(text);
}

export function sha512() {
	const text = inputs.text();
	return () => kernel.sha512(text);
}

export function hkdf() {
	const [salt, keyingMaterial, info] = [inputs.salt(), inputs.inputKeyingMaterial(), inputs.info()];
	return () => kernel.hkdfExpand(kernel.hkdfExtract(salt, keyingMaterial), info, 32);
}

export function chacha20poly1305() {
	return seal(new kernel.ChaCha20Poly1305(inputs.key(32)));
}

export function aes128gcm() {
	return seal(new kernel.Aes128Gcm(inputs.key(16)));
}

function seal(aead: kernel.Aes128Gcm | kernel.ChaCha20Poly1305) {
	const [nonce, additionalData, text] = [inputs.nonce(), inputs.additionalData(), inputs.text()];
	const buffer = new Uint8Array(text.length + 16);
	return () => {
		buffer.set(text);
		aead.seal(nonce, additionalData, buffer);
		return buffer.subarray(-32);
	};
}
