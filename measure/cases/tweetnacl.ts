import nacl from "tweetnacl";
import * as inputs from "./inputs.js";

export function verify() {
	const key = inputs.publicKey();
	const [message, signature] = [inputs.message(), inputs.signature()];
	return () => nacl.sign.detached.verify(message, signature, key);
}

export function x25519() {
	const [scalar, u] = [inputs.scalar(), inputs.u()];
	return () => nacl.scalarMult(scalar, u);
}
