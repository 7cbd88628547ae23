import { gcm } from "@noble/ciphers/aes.js";
import { additionalData, aes128GcmEnd, key, nonce, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const secret = key(16), number = nonce(), additional = additionalData(), plain = text();
measure(() => gcm(secret, number, additional).encrypt(plain).subarray(-32), aes128GcmEnd);
