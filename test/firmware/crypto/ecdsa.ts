// What both ECDSA modules are asked in the same way.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate-error.js";
import { DerReader, SEQUENCE } from "../../../firmware/x509/der.js";
import { fromHex } from "../../hex.js";
import { type Curve, encodePoint, mod, multiplyBase, signatureFor, toBytes } from "../../reference/ecdsa.js";
import { withVectors } from "../../vectors.js";

type Verify = (publicKey: Uint8Array, hash: Uint8Array, r: Uint8Array, s: Uint8Array) => boolean;

export function testECDSA(name: string, curve: Curve, verify: Verify): void {
	const { byteLength, n, p } = curve;
	const bytes = (value: bigint) => toBytes(value, byteLength);
	/** Verifies what should make u G + v Q, with Q = d G. */
	const asked = (d: bigint, u: bigint, v: bigint) => {
		const { e, r, s } = signatureFor(curve, d, u, v);
		return verify(encodePoint(curve, multiplyBase(curve, d)), bytes(e), bytes(r), bytes(s));
	};
	const key = encodePoint(curve, multiplyBase(curve, 5n));
	const good = signatureFor(curve, 5n, 3n, 7n);

	test(`${name}: sums of multiples of the same point, where an addition doubles or ends at 0, come out`, () => {
		for (const d of [1n, n - 1n, 3n, n - 5n]) {
			for (const [u, v] of [
				[1n, 1n],
				[1n, 3n],
				[31n, 15n],
				[32n, 32n],
				[0n, 7n],
				[n - 1n, 1n],
				[n - 3n, n - 9n],
			] as const) {
				assert.is(asked(d, u, v), mod(u + v * d, n) !== 0n, `d = ${d}, u = ${u}, v = ${v}`);
			}
		}
		assert.not(asked(2n, n - 2n, 1n)); // 0 at the end of it all
	});

	test(`${name}: numbers may have zeros in front, and must be from 1 to n - 1`, () => {
		const { e, r, s } = good;
		const with0 = (value: bigint, zeros: number) => Uint8Array.of(...new Uint8Array(zeros), ...bytes(value));
		assert.ok(verify(key, bytes(e), bytes(r), bytes(s)));
		assert.ok(verify(key, bytes(e), with0(r, 1), with0(s, 9)));
		for (const wrong of [0n, n, r + n, p]) {
			const more = toBytes(wrong, byteLength + 1);
			assert.not(verify(key, bytes(e), more, bytes(s)), `r = ${wrong}`);
			assert.not(verify(key, bytes(e), bytes(r), more), `s = ${wrong}`);
		}
		assert.not(verify(key, bytes(e), bytes(r), toBytes(s + n, byteLength + 1)));
		assert.not(verify(key, bytes(e), new Uint8Array(0), bytes(s)));
		assert.not(verify(key, bytes(e), bytes(r), new Uint8Array(0)));
		assert.ok(verify(key, bytes(e), bytes(r), bytes(n - s))); // -s signs what s signs: ECDSA is malleable
	});

	test(`${name}: any bit that is changed makes it false`, () => {
		const { e, r, s } = good;
		const parts = [bytes(e), bytes(r), bytes(s)];
		for (const part of parts) {
			for (let bit = 0; bit < 8 * byteLength; bit += 37) {
				part[bit >> 3] ^= 1 << (bit & 7);
				assert.not(verify(key, parts[0], parts[1], parts[2]), `bit ${bit}`);
				part[bit >> 3] ^= 1 << (bit & 7);
			}
		}
	});

	test(`${name}: of a long hash the first bytes count, a short one counts as a number`, () => {
		const { e, r, s } = good;
		assert.ok(verify(key, Uint8Array.of(...bytes(e), 1, 2, 3), bytes(r), bytes(s)));
		const short = signatureFor(curve, 5n, 0n, 7n); // of a hash that is 0
		for (const length of [0, 1, 20]) {
			assert.ok(verify(key, new Uint8Array(length), bytes(short.r), bytes(short.s)), `${length} bytes`);
		}
	});

	test(`${name}: what is no point of the curve is no key`, () => {
		const { e, r, s } = good;
		const refused = (point: Uint8Array) => assert.not(verify(point, bytes(e), bytes(r), bytes(s)));
		const { x, y } = multiplyBase(curve, 5n)!;
		refused(Uint8Array.of(4, ...bytes(x), ...bytes(y + 1n)));
		refused(Uint8Array.of(4, ...bytes(x + 1n), ...bytes(y)));
		refused(Uint8Array.of(4, ...bytes(0n), ...bytes(0n)));
		refused(Uint8Array.of(4, ...bytes(p), ...bytes(y)));
		refused(Uint8Array.of(4, ...bytes(x), ...bytes(p)));
		refused(new Uint8Array(1 + 2 * byteLength).fill(0xff).fill(4, 0, 1));
		for (const form of [0, 2, 3, 5, 6, 7]) refused(Uint8Array.of(form, ...key.subarray(1)));
		for (const length of [0, 2 * byteLength, 2 * byteLength + 2]) {
			const message = `public key: expected ${2 * byteLength + 1} bytes, got ${length}`;
			const says = (error: unknown) => error instanceof RangeError && error.message === message;
			assert.throws(() => verify(new Uint8Array(length), bytes(e), bytes(r), bytes(s)), says);
		}
	});
}

interface Wycheproof {
	testGroups: {
		publicKey: { uncompressed: string };
		tests: { tcId: number; msg: string; sig: string; result: string }[];
	}[];
}

export function testWycheproofECDSA(
	name: string,
	text: string | undefined,
	expected: number,
	hash: (message: Uint8Array) => Uint8Array,
	verify: Verify,
): void {
	withVectors(`${name} gives Wycheproof's verdicts`, [text], ([text]) => {
		let count = 0;
		for (const group of (JSON.parse(text) as Wycheproof).testGroups) {
			const publicKey = fromHex(group.publicKey.uncompressed);
			for (const { tcId, msg, sig, result } of group.tests) {
				const numbers = readSignature(fromHex(sig));
				const verdict = numbers !== undefined && verify(publicKey, hash(fromHex(msg)), numbers.r, numbers.s);
				assert.is(verdict, result === "valid", `case ${tcId}`);
				count++;
			}
		}
		assert.is(count, expected);
	});
}

/** ECDSA-Sig-Value (RFC 5480, appendix A); negative numbers are none. */
function readSignature(bytes: Uint8Array): { r: Uint8Array; s: Uint8Array } | undefined {
	try {
		const der = new DerReader(bytes);
		const outer = der.enter(SEQUENCE);
		const r = der.integer();
		const s = der.integer();
		der.leave(outer);
		return der.atEnd && r[0] < 0x80 && s[0] < 0x80 ? { r, s } : undefined;
	} catch (error) {
		if (error instanceof CertificateError) return undefined;
		throw error;
	}
}
