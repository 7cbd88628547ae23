// ECDH on secp256r1 (SP 800-56A rev. 3 §5.7.1.2): ../secp256r1.ts says what each export does. The secret is a BigInt, and
// BigInt keeps no secrets: what ../DESIGN.md says of X25519's scalar holds here too.

import type { AffinePoint } from "./curve.js";
import { curve256 } from "./curve256.js";
import { expectBytes } from "./lengths.js";
import { toBigInt, toBytes } from "./numbers.js";

export const hasSecp256r1 = true;

export function secp256r1PublicKey(secret: Uint8Array): Uint8Array | undefined {
	const product = multiply(secret, curve256.base);
	if (!product) return undefined;
	const publicKey = new Uint8Array(65);
	publicKey[0] = 4; // uncompressed
	publicKey.set(toBytes(product.x, 32), 1);
	publicKey.set(toBytes(product.y, 32), 33);
	return publicKey;
}

export function secp256r1(secret: Uint8Array, peer: Uint8Array): Uint8Array | undefined {
	expectBytes("peer's share", peer, 65);
	const point = curve256.decode(peer);
	const product = point && multiply(secret, point);
	return product && toBytes(product.x, 32);
}

/** Undefined if the secret is not in 1 … n - 1. */
function multiply(secret: Uint8Array, point: AffinePoint): AffinePoint | undefined {
	expectBytes("secret", secret, 32);
	const k = toBigInt(secret);
	if (k === 0n || k >= curve256.n) return undefined;
	const product = curve256.sum([curve256.term(k, point)])!; // not 0: the point has the order n
	return curve256.toAffine([product])[0];
}
