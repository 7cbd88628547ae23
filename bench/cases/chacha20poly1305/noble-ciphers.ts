import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { additionalData, chaCha20Poly1305End, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const secret = key(32), number = nonce(), additional = additionalData(), plain = text();
measure(() => chacha20poly1305(secret, number, additional).encrypt(plain).subarray(-32), chaCha20Poly1305End);
