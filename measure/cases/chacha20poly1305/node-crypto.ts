import { createCipheriv } from "node:crypto";
import { additionalData, CHA_CHA20_POLY1305_END, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const secret = key(32),
	number = nonce(),
	additional = additionalData(),
	plain = text();
measure(() => {
	const cipher = createCipheriv("chacha20-poly1305", secret, number, { authTagLength: 16 });
	cipher.setAAD(additional, { plaintextLength: plain.length });
	return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).subarray(-32);
}, CHA_CHA20_POLY1305_END);
