// ECDSA, ECDH and RSA for main.c: the same at every run, so nonces are RFC 6979's and RSA's keys are written down.

import { constants, createHash, type KeyObject, privateEncrypt, sign } from "node:crypto";
import { p256, p384 } from "@noble/curves/nist.js";
import { rsaKey } from "../../test/reference/rsa-key.js";

const curves = { p256: { curve: p256, hash: "sha256" }, p384: { curve: p384, hash: "sha384" } };

/** Public key, hash, r, s. */
export function ecdsaCase(name: keyof typeof curves, secret: Uint8Array, message: Uint8Array): Uint8Array[] {
	const { curve, hash } = curves[name];
	const digest = createHash(hash).update(message).digest();
	const signature = curve.sign(digest, secret, { prehash: false });
	const half = signature.length / 2;
	return [curve.getPublicKey(secret, false), digest, signature.subarray(0, half), signature.subarray(half)];
}

/** Secret, our public key, the peer's, the shared secret. */
export function secp256r1Case(secret: Uint8Array, peerSecret: Uint8Array): Uint8Array[] {
	const peer = p256.getPublicKey(peerSecret, false);
	return [secret, p256.getPublicKey(secret, false), peer, p256.getSharedSecret(secret, peer).subarray(1)];
}

/** Keys for measurements: two primes each. */
const primes: Record<2048 | 4096, [string, string]> = {
	2048: [
		"fe7ebd5c976b4120add6ded50e6b42710eb5871036e8813ae11784a54ec5a7c0312ec635186fc543c5ebf2497d487975" +
			"5e2a12e3c4f2588b2e93e8033749e9a1240c260106030e8910ddf84335a555b341d45aaa673b8e824f15ec82d5c7f9f9" +
			"72c3bfe96f2514f4286595f734db465cf23857e3793cf03aaa4c11291cd59ae1",
		"c0375ba53d9ddf1c8c13afec169704998364558565c40c8dc7085ab575082fb613e1e898e66dcc74d8e5de08bae0f1fa" +
			"3960f7bf310c6a4650bd59e18376bdba3eec66862cc36006a5813b37c7f03d388f6f90fb03c6929f33ff5e80e67d9f3c" +
			"7a5ca5232df3202bacd6159af19defb0a37035c9d9211e96f917ac85cef9545d",
	],
	4096: [
		"d8c10c4f2f44e6f3e0762ba2b8019bf93fe0ede03bf420d57f0f72281b99a922ecff71be8736bc0597b272cfe1842620" +
			"cae7bf3a6a0f2cf53b3cdfbdef6fdecb35017a49b834b3bac4336c02c8258553c6377b7b9f576a222a9db775388a13db" +
			"a72038c406cbbc4c91c7fd3e3bd5bfff66838c370e8d4d787c2652491b9cf0d1b57bf931119976bceb43c6b295e94e4e" +
			"fac0d88dacc24007e748b5ff446362187701897057fa4363d0e1550046177e7dec5091ba26975634a34d1140fb5a05c9" +
			"6d71d8f717164eaca662dd9433d087088d746353c958d3cdc9fefd53dabc0800d82b6af7724cf9d812f23630a01e2ba5" +
			"2ca65a847865b1814e7fb7dc2cfc3389",
		"c370a18f8bb1aaaa6bc7a7872dd2d6cc6aaa27990284139a2d0af8fb4765f9170a06a392e6b89237793c1cb142570e6e" +
			"d4aa9859cca138f6fa78c724a0bdc824d49e8b4f119317e91077c0a2fabb92a28ce82a17d4a3252c0f91a48d57b6900c" +
			"b2987d802707b9a0cfc8c6642c44c4837426d44ff7d816977be74c562d432d9558cf0cf9e4f970ebd7e45d23ef1dab4c" +
			"1d6a35145bfd21889c5aca32b26e3788734ddf331416a1574c6a4ec9ac63404f7592f2ba15573db85f4e22144d928e29" +
			"bfa45585462744a4bb727945137d375fba3f0f00f6227586921338997acf025eafea0e361d1b42e2eaad3f6448ed1423" +
			"f89b7c500f95c9872a423b67f8d64b35",
	],
};
/** Modulus, and a function that gives hash, PKCS #1 and PSS signature of a message. */
export function rsaSigner(bits: 2048 | 4096) {
	const [p, q] = primes[bits].map(hex => BigInt(`0x${hex}`)) as [bigint, bigint];
	const { modulus, privateKey } = rsaKey(p, q);
	return {
		modulus,
		sign(message: Uint8Array, salt: Uint8Array): Uint8Array[] {
			const hash = sha256(message);
			return [hash, sign("sha256", message, privateKey), signPss(privateKey, bits, hash, salt)];
		},
	};
}

/** EMSA-PSS with a salt that is given (RFC 8017 §9.1.1), for moduli of 8 n bits. */
function signPss(key: KeyObject, bits: number, hash: Uint8Array, salt: Uint8Array): Uint8Array {
	const H = sha256(Buffer.concat([new Uint8Array(8), hash, salt]));
	const db = Buffer.alloc(bits / 8 - 33);
	db[db.length - 33] = 1;
	db.set(salt, db.length - 32);
	for (let i = 0; i < db.length; i++) {
		const block = sha256(Buffer.concat([H, Uint8Array.of(0, 0, 0, i >> 5)]));
		db[i]! ^= block[i & 31]!;
	}
	db[0]! &= 0x7f;
	const encoded = Buffer.concat([db, H, Uint8Array.of(0xbc)]);
	return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

function sha256(data: Uint8Array): Buffer {
	return createHash("sha256").update(data).digest();
}
