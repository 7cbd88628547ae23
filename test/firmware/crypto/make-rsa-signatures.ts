// Makes rsa-signatures.ts: `node bin/run.js test/firmware/crypto/make-rsa-signatures.ts`. Keys and salts are drawn anew each
// time; what is signed, and what is wrong with what must be refused, is written down here.

import { constants, createHash, type KeyObject, privateEncrypt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { randomRsaKey } from "../../reference/rsa-key.js";

const hashes = ["sha256", "sha384", "sha512"] as const;
type Hash = (typeof hashes)[number];
const MESSAGE = "sample";
/** id-sha256 and the others (RFC 8017 appendix B.1), hexadecimal, without tag and length. */
const names = { sha256: "608648016503040201", sha384: "608648016503040202", sha512: "608648016503040203" };

const keys = [
	{ bits: 2048, exponent: 65537 },
	{ bits: 2049, exponent: 65537 }, // one bit in the first byte: a PSS encoding is a byte shorter
	{ bits: 2060, exponent: 17 }, // not whole words, and an odd number of them
	{ bits: 3072, exponent: 3 },
	{ bits: 4096, exponent: 65537 },
].map(({ bits, exponent }) => randomRsaKey(bits, exponent));

const good = keys.flatMap(key =>
	hashes.flatMap(hash => [
		{ scheme: "pkcs1", key, hash, encoded: pkcs1(key.modulus.length, hash) },
		{ scheme: "pss", key, hash, encoded: pss(key.bits, hash) },
	]),
);

const [first] = keys;
const digest = digestOf("sha256");
const right = digestInfo(names.sha256, "0500", digest);
const sha1Info = der(0x30, Buffer.concat([Buffer.from("300906052b0e03021a0500", "hex"), der(4, digest)]));

const wrong: { scheme: string; why: string; encoded: Buffer }[] = [
	...Object.entries({
		"without the parameters NULL": padded(digestInfo(names.sha256, "", digest)),
		"with other parameters": padded(digestInfo(names.sha256, "0101ff", digest)),
		"with SHA-384's name over a hash of SHA-256": padded(digestInfo(names.sha384, "0500", digest)),
		"with SHA-1's name": padded(sha1Info),
		"with a length in a longer form": padded(Buffer.concat([Buffer.of(0x30, 0x81), right.subarray(1)])),
		"with a byte after the hash, in DigestInfo": padded(der(0x30, Buffer.concat([right.subarray(2), Buffer.of(0)]))),
		"with a byte after DigestInfo": padded(Buffer.concat([right, Buffer.of(0)])),
		"with eight bytes of padding, and garbage after DigestInfo": Buffer.concat([
			padded(right, 8),
			Buffer.alloc(253 - 8 - right.length, 0x77),
		]),
		"with garbage in front of DigestInfo": padded(Buffer.concat([Buffer.alloc(100, 0x77), right])),
		"of the hash alone": padded(digest),
		"of another hash": padded(digestInfo(names.sha256, "0500", Buffer.alloc(32, 1))),
		"with block type 0": changed(1, 0),
		"with block type 2": changed(1, 2),
		"with a padding byte that is not 255": changed(100, 0xfe),
		"with a 0 in the padding": changed(100, 0),
		"with the last padding byte not 255": changed(255 - right.length - 1, 0x7f),
		"with no 0 after the padding": changed(255 - right.length, 0xff),
	}).map(([why, encoded]) => ({ scheme: "pkcs1", why, encoded })),
	...Object.entries({
		"with a salt of 20 bytes": pss(2048, "sha256", { salt: 20 }),
		"without a salt": pss(2048, "sha256", { salt: 0 }),
		"with the longest salt": pss(2048, "sha256", { salt: 222 }),
		"with another trailer": pss(2048, "sha256", { trailer: 0xcc }),
		"with MGF1 of SHA-512": pss(2048, "sha256", { mask: "sha512" }),
		"with a 1 in the padding": pss(2048, "sha256", { padding: [10, 1] }),
		"with no 1 after the padding": pss(2048, "sha256", { padding: [190, 0] }),
		"with a 2 after the padding": pss(2048, "sha256", { padding: [190, 2] }),
		"of seven zeros, the hash and the salt": pss(2048, "sha256", { zeros: 7 }),
		"with the bit above the encoding set": uppermostBitSet(),
		"in the form of PKCS #1 v1.5": padded(right),
	}).map(([why, encoded]) => ({ scheme: "pss", why, encoded })),
];

const lines = [
	"// Made by make-rsa-signatures.ts, which says what each is.\n",
	`export const message = "${MESSAGE}";\n`,
	"/** Moduli, by their bits. */",
	`export const moduli = ${JSON.stringify(Object.fromEntries(keys.map(key => [key.bits, key.modulus.toString("hex")])))};\n`,
	"/** Signatures of the message's hash, good ones. */",
	"export const good = [",
	...good.map(({ scheme, key, hash, encoded }) => {
		const row = { scheme, bits: key.bits, exponent: key.exponent, hash, signature: sign(key.privateKey, encoded) };
		return `${JSON.stringify(row)},`;
	}),
	"] as const;\n",
	"/** Signatures by the key of 2048 bits, for SHA-256 of the message, whose encoding is wrong. */",
	"export const wrong = [",
	...wrong.map(
		({ scheme, why, encoded }) => `${JSON.stringify({ scheme, why, signature: sign(first!.privateKey, encoded) })},`,
	),
	"] as const;",
];
writeFileSync(fileURLToPath(new URL("rsa-signatures.ts", import.meta.url)), `${lines.join("\n")}\n`);

function digestOf(hash: Hash, data: Uint8Array | string = MESSAGE): Buffer {
	return createHash(hash).update(data).digest();
}

function der(tag: number, content: Buffer): Buffer {
	return Buffer.concat([Buffer.of(tag, content.length), content]);
}

function digestInfo(name: string, parameters: string, digest: Buffer): Buffer {
	return der(0x30, Buffer.concat([der(0x30, Buffer.from(`0609${name}${parameters}`, "hex")), der(4, digest)]));
}

/** 0 ‖ 1 ‖ padding ‖ 0 ‖ info, 256 bytes unless it is said otherwise. */
function padded(info: Buffer, padding = 253 - info.length): Buffer {
	return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(padding, 0xff), Buffer.of(0), info]);
}

function changed(at: number, value: number): Buffer {
	const encoded = padded(right);
	encoded[at] = value;
	return encoded;
}

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2). */
function pkcs1(length: number, hash: Hash): Buffer {
	const info = digestInfo(names[hash], "0500", digestOf(hash));
	return padded(info, length - 3 - info.length);
}

interface PssFaults {
	salt?: number; // bytes
	trailer?: number;
	mask?: Hash;
	zeros?: number;
	padding?: [at: number, value: number];
	draw?: number; // of the salt
}

/** EMSA-PSS (RFC 8017 §9.1.1), as long as the modulus. */
function pss(
	bits: number,
	hash: Hash,
	{ salt: saltLength, trailer = 0xbc, mask = hash, zeros = 8, padding, draw = 0 }: PssFaults = {},
): Buffer {
	const messageHash = digestOf(hash);
	const salt = createHash("shake256", { outputLength: saltLength ?? messageHash.length })
		.update(`${bits} ${hash} ${draw}`)
		.digest();
	const H = digestOf(hash, Buffer.concat([Buffer.alloc(zeros), messageHash, salt]));
	const length = Math.ceil((bits - 1) / 8);
	const db = Buffer.alloc(length - H.length - 1);
	db[db.length - salt.length - 1] = 1;
	db.set(salt, db.length - salt.length);
	if (padding) db[padding[0]] = padding[1];
	const blocks: Buffer[] = [];
	for (let i = 0; i * H.length < db.length; i++) blocks.push(digestOf(mask, Buffer.concat([H, Buffer.of(0, 0, 0, i)])));
	const stream = Buffer.concat(blocks);
	for (let i = 0; i < db.length; i++) db[i]! ^= stream[i]!;
	db[0]! &= 0xff >> (8 * length - (bits - 1));
	const encoded = Buffer.concat([db, H, Buffer.of(trailer)]);
	return Buffer.concat([Buffer.alloc(Math.ceil(bits / 8) - length), encoded]);
}

/** A good encoding but for its first bit, which leaves it below the modulus. */
function uppermostBitSet(): Buffer {
	for (let draw = 0; ; draw++) {
		const encoded = pss(2048, "sha256", { draw });
		encoded[0]! |= 0x80;
		if (encoded.compare(first!.modulus) < 0) return encoded;
	}
}

function sign(key: KeyObject, encoded: Buffer): string {
	return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded).toString("hex");
}
