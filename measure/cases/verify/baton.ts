import { ed25519Verify } from "../../../firmware/crypto/kernel.js";
import { message, publicKey, signature } from "../../inputs.js";
import { measure } from "../../measure.js";

const key = publicKey(),
	text = message(),
	signed = signature();
measure(() => ed25519Verify(key, text, signed), true);
