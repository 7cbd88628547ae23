// RSA private keys from two primes: of any length, which OpenSSL's own generator does not make, and the same at each run.

import { createPrivateKey, generatePrimeSync, type KeyObject } from "node:crypto";
import { inverse } from "./ecdsa.js";

export interface RsaKey {
	bits: number;
	exponent: number;
	/** Big-endian, without leading zeros. */
	modulus: Buffer;
	privateKey: KeyObject;
}

export function rsaKey(p: bigint, q: bigint, exponent = 65537): RsaKey {
	const n = p * q;
	const e = BigInt(exponent);
	const d = inverse(e, (p - 1n) * (q - 1n));
	const members = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
	const jwk = Object.fromEntries(
		Object.entries(members).map(([name, value]) => [name, toBuffer(value).toString("base64url")]),
	);
	const privateKey = createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" });
	return { bits: n.toString(2).length, exponent, modulus: toBuffer(n), privateKey };
}

/** A random one of exactly so many bits. */
export function randomRsaKey(bits: number, exponent = 65537): RsaKey {
	for (;;) {
		const [p, q] = [Math.ceil(bits / 2), Math.floor(bits / 2)].map(length =>
			generatePrimeSync(length, { bigint: true }),
		) as [bigint, bigint];
		const fits = (p * q).toString(2).length === bits;
		if (fits && (p - 1n) % BigInt(exponent) !== 0n && (q - 1n) % BigInt(exponent) !== 0n) return rsaKey(p, q, exponent);
	}
}

function toBuffer(value: bigint): Buffer {
	const text = value.toString(16);
	return Buffer.from(text.length % 2 ? `0${text}` : text, "hex");
}
