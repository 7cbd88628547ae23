// HSS and LMS as RFC 8554 tells them, slow and short, with every parameter set of RFC 8554 and RFC 9858, and with the
// key generation of RFC 8554, appendix A. What the kernels and the host's signer are compared with. Node only.

import { createHash } from "node:crypto";

interface Hash {
	name: "sha256" | "shake256";
	n: number; // bytes
}
const sha256: Hash = { name: "sha256", n: 32 };
const sha192: Hash = { name: "sha256", n: 24 };
const shake256: Hash = { name: "shake256", n: 32 };
const shake192: Hash = { name: "shake256", n: 24 };

/** LM-OTS typecodes (RFC 8554 §4.1, RFC 9858 §4): hash and w. */
const lmots = new Map<number, { hash: Hash; w: number }>(
	[sha256, sha192, shake256, shake192].flatMap((hash, i) => [1, 2, 4, 8].map((w, j) => [4 * i + j + 1, { hash, w }])),
);
/** LMS typecodes (RFC 8554 §5.1, RFC 9858 §5): hash and h. */
const lms = new Map<number, { hash: Hash; h: number }>(
	[sha256, sha192, shake256, shake192].flatMap((hash, i) =>
		[5, 10, 15, 20, 25].map((h, j) => [5 * i + j + 5, { hash, h }]),
	),
);

function digest({ name, n }: Hash, ...parts: Uint8Array[]): Buffer {
	const hash = createHash(name, name === "shake256" ? { outputLength: n } : undefined);
	for (const part of parts) hash.update(part);
	return hash.digest().subarray(0, n);
}

/** §3.1.2 */
function string(bytes: 1 | 2 | 4, value: number): Buffer {
	const string = Buffer.alloc(bytes);
	string.writeUIntBE(value, 0, bytes);
	return string;
}
const D_PBLK = string(2, 0x8080);
const D_MESG = string(2, 0x8181);
const D_LEAF = string(2, 0x8282);
const D_INTR = string(2, 0x8383);

/** §3.1.3 */
function coef(S: Uint8Array, i: number, w: number): number {
	return (2 ** w - 1) & (S[Math.floor((i * w) / 8)]! >> (8 - (w * (i % (8 / w)) + w)));
}

/** Appendix B: p and ls. */
function chainsOf(n: number, w: number): { p: number; ls: number } {
	const u = Math.ceil((8 * n) / w);
	const v = Math.ceil((Math.floor(Math.log2((2 ** w - 1) * u)) + 1) / w);
	return { p: u + v, ls: 16 - v * w };
}

/** Algorithm 2, behind Q. */
function withChecksum(Q: Uint8Array, n: number, w: number): Buffer {
	let sum = 0;
	for (let i = 0; i < (8 * n) / w; i++) sum += 2 ** w - 1 - coef(Q, i, w);
	return Buffer.concat([Q, string(2, (sum << chainsOf(n, w).ls) & 0xffff)]);
}

function chain(
	hash: Hash,
	I: Uint8Array,
	q: number,
	i: number,
	from: number,
	to: number,
	start: Uint8Array,
): Uint8Array {
	let tmp = start;
	for (let j = from; j < to; j++) tmp = digest(hash, I, string(4, q), string(2, i), string(1, j), tmp);
	return tmp;
}

/** Reads from the front; undefined once something is missing. */
class Reader {
	#bytes: Uint8Array;
	#at = 0;
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}
	take(n: number): Buffer {
		if (this.#at + n > this.#bytes.length) throw new Short();
		return Buffer.from(this.#bytes.subarray(this.#at, (this.#at += n)));
	}
	word(): number {
		return this.take(4).readUInt32BE();
	}
	get atEnd() {
		return this.#at === this.#bytes.length;
	}
}
class Short extends Error {}

interface LmsSignature {
	q: number;
	otsType: number;
	C: Buffer;
	y: Buffer[];
	type: number;
	path: Buffer[];
}

/** §5.4, the types not yet compared with a key's. */
function readSignature(reader: Reader): LmsSignature | undefined {
	const q = reader.word(),
		otsType = reader.word();
	const ots = lmots.get(otsType);
	if (!ots) return undefined;
	const { n } = ots.hash;
	const C = reader.take(n);
	const y = Array.from({ length: chainsOf(n, ots.w).p }, () => reader.take(n));
	const type = reader.word();
	const tree = lms.get(type);
	if (!tree || tree.hash !== ots.hash) return undefined;
	return { q, otsType, C, y, type, path: Array.from({ length: tree.h }, () => reader.take(n)) };
}

/** Algorithms 6, 6a and 4b. `key`: without HSS's number of levels. */
function verifyLms(message: Uint8Array, key: Buffer, signature: LmsSignature): boolean {
	const { q, otsType, C, y, type, path } = signature;
	if (key.readUInt32BE(0) !== type || key.readUInt32BE(4) !== otsType) return false;
	const { hash, w } = lmots.get(otsType)!;
	if (q >= 2 ** path.length) return false;
	const I = key.subarray(8, 24);
	const Q = withChecksum(digest(hash, I, string(4, q), D_MESG, C, message), hash.n, w);
	const z = y.map((value, i) => chain(hash, I, q, i, coef(Q, i, w), 2 ** w - 1, value));
	const Kc = digest(hash, I, string(4, q), D_PBLK, ...z);
	let node = 2 ** path.length + q;
	let tmp = digest(hash, I, string(4, node), D_LEAF, Kc);
	for (const sibling of path) {
		const both = node % 2 ? [sibling, tmp] : [tmp, sibling];
		node = Math.floor(node / 2);
		tmp = digest(hash, I, string(4, node), D_INTR, ...both);
	}
	return tmp.equals(key.subarray(24));
}

/** §5.3: whether these bytes are an LMS public key, and how long it is. */
function readKey(reader: Reader): Buffer | undefined {
	const [type, otsType] = [reader.word(), reader.word()];
	const tree = lms.get(type);
	if (!tree || lmots.get(otsType)?.hash !== tree.hash) return undefined;
	return Buffer.concat([string(4, type), string(4, otsType), reader.take(16 + tree.hash.n)]);
}

/** §6.3. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	try {
		const keyReader = new Reader(publicKey),
			reader = new Reader(signature);
		const L = keyReader.word();
		let key = readKey(keyReader);
		if (!key || !keyReader.atEnd || reader.word() + 1 !== L) return false;
		for (let i = 1; i < L; i++) {
			const sig = readSignature(reader);
			const next = sig && readKey(reader);
			if (!next || !verifyLms(next, key, sig)) return false;
			key = next;
		}
		const sig = readSignature(reader);
		return sig !== undefined && reader.atEnd && verifyLms(message, key, sig);
	} catch (error) {
		if (error instanceof Short) return false;
		throw error;
	}
}

/** A key pair of one level: appendix A's secrets, Algorithm 1 for each leaf, §5.3's tree. */
export class KeyPair {
	readonly publicKey: Buffer; // HSS's, with one level
	#type: number;
	#otsType: number;
	#I: Uint8Array;
	#seed: Uint8Array;
	#tree: Buffer[]; // T[r], r = 1 … 2^(h+1) - 1

	constructor(type: number, otsType: number, I: Uint8Array, seed: Uint8Array) {
		[this.#type, this.#otsType, this.#I, this.#seed] = [type, otsType, I, seed];
		const { hash, h } = lms.get(type)!;
		const { w } = lmots.get(otsType)!;
		const { p } = chainsOf(hash.n, w);
		this.#tree = [];
		for (let q = 0; q < 2 ** h; q++) {
			const ends = Array.from({ length: p }, (_, i) => chain(hash, I, q, i, 0, 2 ** w - 1, this.#secret(q, i)));
			const K = digest(hash, I, string(4, q), D_PBLK, ...ends);
			this.#tree[2 ** h + q] = digest(hash, I, string(4, 2 ** h + q), D_LEAF, K);
		}
		for (let r = 2 ** h - 1; r > 0; r--) {
			this.#tree[r] = digest(hash, I, string(4, r), D_INTR, this.#tree[2 * r]!, this.#tree[2 * r + 1]!);
		}
		this.publicKey = Buffer.concat([string(4, 1), string(4, type), string(4, otsType), I, this.#tree[1]!]);
	}

	/** Appendix A: x_q[i]. */
	#secret(q: number, i: number): Buffer {
		return digest(lms.get(this.#type)!.hash, this.#I, string(4, q), string(2, i), string(1, 0xff), this.#seed);
	}

	/** Algorithms 3 and 5, in HSS's form. */
	sign(q: number, message: Uint8Array, C: Uint8Array): Buffer {
		const { hash, h } = lms.get(this.#type)!;
		const { w } = lmots.get(this.#otsType)!;
		const Q = withChecksum(digest(hash, this.#I, string(4, q), D_MESG, C, message), hash.n, w);
		const y = Array.from({ length: chainsOf(hash.n, w).p }, (_, i) =>
			chain(hash, this.#I, q, i, 0, coef(Q, i, w), this.#secret(q, i)),
		);
		const path = Array.from({ length: h }, (_, i) => this.#tree[Math.floor((2 ** h + q) / 2 ** i) ^ 1]!);
		return Buffer.concat([
			string(4, 0),
			string(4, q),
			string(4, this.#otsType),
			C,
			...y,
			string(4, this.#type),
			...path,
		]);
	}
}
