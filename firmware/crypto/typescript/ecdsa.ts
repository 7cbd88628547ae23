// ECDSA verification (FIPS 186-5 §6.4.2, SEC 1 §4.1.4). Everything here is public: nothing has to take constant time.

import type { Curve } from "./curve.js";
import { expectBytes } from "./lengths.js";
import { inverse, toBigInt } from "./numbers.js";

/**
 * Whether (r, s), big-endian numbers of any length, is a signature by the key `publicKey`, an uncompressed point
 * (SEC 1 §2.3.3), of a message with this hash, of which the leftmost bytes count, as many as the order has.
 */
export function ecdsaVerify(
	curve: Curve,
	publicKey: Uint8Array,
	hash: Uint8Array,
	r: Uint8Array,
	s: Uint8Array,
): boolean {
	expectBytes("public key", publicKey, 1 + 2 * curve.byteLength);
	const { n, p } = curve;
	const Q = curve.decode(publicKey);
	const R = toBigInt(r);
	const S = toBigInt(s);
	if (!Q || R === 0n || R >= n || S === 0n || S >= n) return false;
	const e = toBigInt(hash.subarray(0, curve.byteLength));
	const w = inverse(S, n);
	const sum = curve.sum([curve.term((e * w) % n, curve.base), curve.term((R * w) % n, Q)]);
	if (!sum) return false;
	// x(sum) mod n = r, without dividing by Z²: x is r or r + n, since x < p < 2n.
	const ZZ = (sum.Z * sum.Z) % p;
	return (R * ZZ) % p === sum.X || (R + n < p && ((R + n) * ZZ) % p === sum.X);
}
