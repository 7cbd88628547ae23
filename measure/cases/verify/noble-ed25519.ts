import { hashes, verify } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { message, publicKey, signature } from "../../inputs.js";
import { measure } from "../../measure.js";

hashes.sha512 = sha512;
const key = publicKey(),
	text = message(),
	signed = signature();
measure(() => verify(signed, text, key), true);
