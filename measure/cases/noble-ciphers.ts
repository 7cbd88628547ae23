import { gcm } from "@noble/ciphers/aes.js";
import * as chacha from "@noble/ciphers/chacha.js";
import * as inputs from "./inputs.js";

export function chacha20poly1305() {
	const key = inputs.key(32);
	const [nonce, additionalData, text] = [inputs.nonce(), inputs.additionalData(), inputs.text()];
	return () => chacha.chacha20poly1305(key, nonce, additionalData).encrypt(text).subarray(-32);
}

export function aes128gcm() {
	const key = inputs.key(16);
	const [nonce, additionalData, text] = [inputs.nonce(), inputs.additionalData(), inputs.text()];
	return () => gcm(key, nonce, additionalData).encrypt(text).subarray(-32);
}
