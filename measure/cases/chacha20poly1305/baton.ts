import { ChaCha20Poly1305 } from "../../../firmware/crypto/kernel.js";
import { additionalData, CHA_CHA20_POLY1305_END, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const aead = new ChaCha20Poly1305(key(32)),
	number = nonce(),
	additional = additionalData(),
	plain = text();
const buffer = new Uint8Array(plain.length + 16);
measure(() => {
	buffer.set(plain);
	aead.seal(number, additional, buffer);
	return buffer.subarray(-32);
}, CHA_CHA20_POLY1305_END);
