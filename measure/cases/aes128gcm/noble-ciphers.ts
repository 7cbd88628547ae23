import { gcm } from "@noble/ciphers/aes.js";
import { AES128_GCM_END, additionalData, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const secret = key(16),
	number = nonce(),
	additional = additionalData(),
	plain = text();
measure(() => gcm(secret, number, additional).encrypt(plain).subarray(-32), AES128_GCM_END);
