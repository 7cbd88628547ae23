// X25519 as RFC 7748 §5 tells it, slow and short: what the optimised kernels are compared with.

import { littleEndian, toBytes } from "./ed25519.js";

const p = 2n ** 255n - 19n;
function mod(a: bigint) {
	return ((a % p) + p) % p;
}

export function ladder(scalar: Uint8Array, point: Uint8Array): Uint8Array {
	const clamped = littleEndian(scalar) % 2n ** 254n;
	const k = clamped - (clamped % 8n) + 2n ** 254n;
	const x1 = mod(littleEndian(point) % 2n ** 255n);
	let x2 = 1n,
		z2 = 0n,
		x3 = x1,
		z3 = 1n;
	for (let t = 254n; t >= 0n; t--) {
		const bit = (k / 2n ** t) % 2n;
		if (bit === 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2];
		const A = x2 + z2,
			AA = mod(A * A);
		const B = x2 - z2,
			BB = mod(B * B);
		const E = AA - BB;
		const C = x3 + z3,
			D = x3 - z3;
		const DA = mod(D * A),
			CB = mod(C * B);
		x3 = mod((DA + CB) * (DA + CB));
		z3 = mod(x1 * mod((DA - CB) * (DA - CB)));
		x2 = mod(AA * BB);
		z2 = mod(E * (AA + 121665n * E));
		if (bit === 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2];
	}
	let inverse = 1n;
	for (let e = p - 2n, b = z2; e > 0n; e /= 2n, b = mod(b * b)) if (e % 2n === 1n) inverse = mod(inverse * b);
	return toBytes(mod(x2 * inverse));
}
