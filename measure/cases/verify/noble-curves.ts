import "../../text-encoder.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { message, publicKey, signature } from "../../inputs.js";
import { measure } from "../../measure.js";

const key = publicKey(),
	text = message(),
	signed = signature();
measure(() => ed25519.verify(signed, text, key), true);
