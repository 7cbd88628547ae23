import { Aes128Gcm } from "../../../firmware/crypto/kernel.js";
import { AES128_GCM_END, additionalData, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const aead = new Aes128Gcm(key(16)),
	number = nonce(),
	additional = additionalData(),
	plain = text();
const buffer = new Uint8Array(plain.length + 16);
measure(() => {
	buffer.set(plain);
	aead.seal(number, additional, buffer);
	return buffer.subarray(-32);
}, AES128_GCM_END);
