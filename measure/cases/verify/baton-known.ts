// The key is known in advance: its preparation is not counted.

import { ed25519Prepare, ed25519Verify } from "../../../firmware/crypto/kernel.js";
import { message, publicKey, signature } from "../../inputs.js";
import { measure } from "../../measure.js";

const key = ed25519Prepare(publicKey())!,
	text = message(),
	signed = signature();
measure(() => ed25519Verify(key, text, signed), true);
