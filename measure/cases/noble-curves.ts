import "./text-encoder.js";
import * as curves from "@noble/curves/ed25519.js";
import * as inputs from "./inputs.js";

export function verify() {
	const key = inputs.publicKey();
	const [message, signature] = [inputs.message(), inputs.signature()];
	return () => curves.ed25519.verify(signature, message, key);
}

export function x25519() {
	const [scalar, u] = [inputs.scalar(), inputs.u()];
	return () => curves.x25519.getSharedSecret(scalar, u);
}
