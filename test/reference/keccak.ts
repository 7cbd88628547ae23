// Keccak and what FIPS 202 makes of it, as §3 and §4 tell it, slow and short, on lanes of 64 bits: what the kernels are
// compared with.

const MASK = (1n << 64n) - 1n;

function rotate(lane: bigint, n: bigint): bigint {
	return ((lane << n) | (lane >> (64n - n))) & MASK;
}

/** §3.2.5: rc(t), bit by bit, and RC of a round. */
function roundConstant(round: number): bigint {
	let R = 1; // the eight bits of step 3, R[0] uppermost
	const rc = [1n];
	for (let t = 1; t < 255; t++) {
		R <<= 1;
		if (R & 0x100) R ^= 0x171; // x^8 + x^6 + x^5 + x^4 + 1
		rc.push(BigInt(R & 1));
	}
	let RC = 0n;
	for (let j = 0; j <= 6; j++) RC |= rc[(j + 7 * round) % 255]! << BigInt(2 ** j - 1);
	return RC;
}

/** Keccak-f[1600] (§3.3): lane (x, y) is A[x + 5 y]. */
export function permute(lanes: bigint[]): bigint[] {
	let A = lanes.slice();
	for (let round = 0; round < 24; round++) {
		const C = [0, 1, 2, 3, 4].map(x => A[x]! ^ A[x + 5]! ^ A[x + 10]! ^ A[x + 15]! ^ A[x + 20]!);
		A = A.map((lane, i) => lane ^ C[(i + 4) % 5]! ^ rotate(C[(i + 1) % 5]!, 1n)); // θ
		const B = A.slice(); // ρ and π
		for (let t = 0, x = 1, y = 0; t < 24; t++) {
			const to = y + 5 * ((2 * x + 3 * y) % 5);
			B[to] = rotate(A[x + 5 * y]!, BigInt((((t + 1) * (t + 2)) / 2) % 64));
			[x, y] = [y, (2 * x + 3 * y) % 5];
		}
		A = B.map((lane, i) => {
			const row = i - (i % 5);
			return lane ^ (~B[row + ((i + 1) % 5)]! & MASK & B[row + ((i + 2) % 5)]!); // χ
		});
		A[0]! ^= roundConstant(round); // ι
	}
	return A;
}

/** §4: `byteLength` bytes of the sponge with this rate (bytes). */
export function sponge(rate: number, suffix: number, message: Uint8Array, byteLength: number): Uint8Array {
	const padded = new Uint8Array(rate * (Math.floor(message.length / rate) + 1));
	padded.set(message);
	padded[message.length]! ^= suffix;
	padded[padded.length - 1]! ^= 0x80;
	let lanes = new Array<bigint>(25).fill(0n);
	for (let block = 0; block < padded.length; block += rate) {
		for (let i = 0; i < rate; i++) lanes[i >> 3]! ^= BigInt(padded[block + i]!) << BigInt(8 * (i & 7));
		lanes = permute(lanes);
	}
	const output = new Uint8Array(byteLength);
	for (let at = 0; at < byteLength; at++) {
		if (at > 0 && at % rate === 0) lanes = permute(lanes);
		const i = at % rate;
		output[at] = Number((lanes[i >> 3]! >> BigInt(8 * (i & 7))) & 255n);
	}
	return output;
}

/** §6.2 */
export function shake128(message: Uint8Array, byteLength: number): Uint8Array {
	return sponge(168, 0x1f, message, byteLength);
}
/** §6.2 */
export function shake256(message: Uint8Array, byteLength: number): Uint8Array {
	return sponge(136, 0x1f, message, byteLength);
}
/** §6.1 */
export function sha3_256(message: Uint8Array): Uint8Array {
	return sponge(136, 0x06, message, 32);
}
/** §6.1 */
export function sha3_512(message: Uint8Array): Uint8Array {
	return sponge(72, 0x06, message, 64);
}
