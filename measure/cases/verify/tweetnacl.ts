import nacl from "tweetnacl";
import { message, publicKey, signature } from "../../inputs.js";
import { measure } from "../../measure.js";

const key = publicKey(),
	text = message(),
	signed = signature();
measure(() => nacl.sign.detached.verify(text, signed, key), true);
