import { createCipheriv } from "node:crypto";
import { AES128_GCM_END, additionalData, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const secret = key(16),
	number = nonce(),
	additional = additionalData(),
	plain = text();
measure(() => {
	const cipher = createCipheriv("aes-128-gcm", secret, number, { authTagLength: 16 });
	cipher.setAAD(additional, { plaintextLength: plain.length });
	return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).subarray(-32);
}, AES128_GCM_END);
