import * as ed25519 from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import * as inputs from "./inputs.js";

export function verify() {
	ed25519.hashes.sha512 = sha512;
	const key = inputs.publicKey();
	const [message, signature] = [inputs.message(), inputs.signature()];
	return () => ed25519.verify(signature, message, key);
}
