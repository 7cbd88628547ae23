import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { additionalData, CHA_CHA20_POLY1305_END, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const secret = key(32),
	number = nonce(),
	additional = additionalData(),
	plain = text();
measure(() => chacha20poly1305(secret, number, additional).encrypt(plain).subarray(-32), CHA_CHA20_POLY1305_END);
