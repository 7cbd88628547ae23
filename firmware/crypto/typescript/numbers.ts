// Numbers from bytes and back, and inverses: what the curves and RSA share.

/** The number that bytes are, the highest first. */
export function toBigInt(bytes: Uint8Array): bigint {
	let value = 0n;
	for (let i = 0; i < bytes.length; ) {
		const length = Math.min(6, bytes.length - i); // six bytes are exact in a double
		let part = 0;
		for (const end = i + length; i < end; i++) part = part * 256 + bytes[i];
		value = (value << BigInt(8 * length)) | BigInt(part);
	}
	return value;
}

/** 0 ≤ value < 2^(8 length) as `length` bytes, the highest first. */
export function toBytes(value: bigint, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	for (let i = length; i > 0; value >>= 32n) {
		let word = Number(value & 0xffffffffn);
		for (const end = Math.max(i - 4, 0); i > end; word >>>= 8) bytes[--i] = word;
	}
	return bytes;
}

/** 1/a mod m, for 0 < a < m and a prime m: Euclid's algorithm, on native divisions. */
export function inverse(a: bigint, m: bigint): bigint {
	let r0 = m;
	let r1 = a;
	let t0 = 0n; // r = t a modulo m throughout, and |t| ≤ m
	let t1 = 1n;
	const one = 1n;
	while (r1 !== one) {
		const quotient = r0 / r1;
		const r2 = r0 - quotient * r1;
		const t2 = t0 - quotient * t1;
		r0 = r1;
		r1 = r2;
		t0 = t1;
		t1 = t2;
	}
	return t1 < 0n ? t1 + m : t1;
}
