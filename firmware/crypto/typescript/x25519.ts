// X25519 (RFC 7748 §5).

import { expectBytes } from "./lengths.js";

const P = (1n << 255n) - 19n;

export function x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
	expectBytes("scalar", scalar, 32);
	expectBytes("u", u, 32);
	const k = (integer(scalar) & ((1n << 254n) - 8n)) | (1n << 254n);
	const x1 = (integer(u) & ((1n << 255n) - 1n)) % P;
	let [x2, z2, x3, z3] = [1n, 0n, x1, 1n];
	for (let t = 254n; t >= 0n; t--) {
		const bit = (k >> t) & 1n;
		if (bit) [x2, z2, x3, z3] = [x3, z3, x2, z2];
		const A = x2 + z2;
		const B = x2 + P - z2;
		const AA = A * A % P;
		const BB = B * B % P;
		const E = AA + P - BB;
		const DA = (x3 + P - z3) * A % P;
		const CB = (x3 + z3) * B % P;
		x3 = (DA + CB) ** 2n % P;
		z3 = x1 * ((DA + P - CB) ** 2n % P) % P;
		x2 = AA * BB % P;
		z2 = E * (AA + 121665n * E) % P;
		if (bit) [x2, z2, x3, z3] = [x3, z3, x2, z2];
	}
	let inverse = 1n;
	for (let e = P - 2n, x = z2; e > 0n; e >>= 1n, x = x * x % P) if (e & 1n) inverse = inverse * x % P;
	let result = x2 * inverse % P;
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++, result >>= 8n) bytes[i] = Number(result & 255n);
	return bytes;
}

export function x25519PublicKey(scalar: Uint8Array): Uint8Array {
	const nine = new Uint8Array(32);
	nine[0] = 9;
	return x25519(scalar, nine);
}

function integer(bytes: Uint8Array): bigint {
	let result = 0n;
	for (let i = 31; i >= 0; i--) result = (result << 8n) | BigInt(bytes[i]!);
	return result;
}
