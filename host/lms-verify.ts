// Verifying HSS/LMS signatures (RFC 8554), one level of LMS_SHA256_M24_H10 with LMOTS_SHA256_N24_W4 (RFC 9858), with Node's
// own SHA-256: what the host says of a signature is its own judgement, and shares no code with the firmware's.

import { createHash } from "node:crypto";

const N = 24; // bytes of a hash
const P = 51; // chains
const H = 10; // levels of the tree
const LEVELS = Buffer.from("00000001", "hex"),
	NO_SIGNED_KEYS = Buffer.from("00000000", "hex"),
	LMS_TYPE = Buffer.from("0000000b", "hex"),
	LMOTS_TYPE = Buffer.from("00000007", "hex");

/** RFC 8554 §6.3, with Algorithms 4b and 6a. False too for keys and signatures of any other shape. */
export function verifyLms(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const key = new Reader(publicKey);
	if (!key.skips(LEVELS, LMS_TYPE, LMOTS_TYPE)) return false;
	const identifier = key.take(16);
	const root = key.take(N);
	const reader = new Reader(signature);
	if (!reader.skips(NO_SIGNED_KEYS)) return false;
	const q = reader.take(4);
	if (!reader.skips(LMOTS_TYPE)) return false;
	const C = reader.take(N);
	const chains = Array.from({ length: P }, () => reader.take(N));
	if (!reader.skips(LMS_TYPE)) return false;
	const path = Array.from({ length: H }, () => reader.take(N));
	if (!key.isAtEnd || !reader.isAtEnd || q.readUInt32BE() >= 1 << H) return false;

	const Q = hash(identifier, q, u16(0x8181), C, message); // D_MESG
	const ends = digitsOf(Q).map((digit, i) => {
		let value = chains[i];
		for (let j = digit; j < 15; j++) value = hash(identifier, q, u16(i), Buffer.of(j), value);
		return value;
	});
	let number = (1 << H) + q.readUInt32BE();
	let node = hash(identifier, u32(number), u16(0x8282), hash(identifier, q, u16(0x8080), ...ends)); // D_LEAF, D_PBLK
	for (const sibling of path) {
		const both = number % 2 === 1 ? [sibling, node] : [node, sibling];
		number >>= 1;
		node = hash(identifier, u32(number), u16(0x8383), ...both); // D_INTR
	}
	return node.equals(root);
}

/** The hash's digits of four bits, and those of their checksum (§4.4). */
function digitsOf(Q: Buffer): number[] {
	const digits = [...Q].flatMap(byte => [byte >> 4, byte & 15]);
	const sum = digits.reduce((total, digit) => total + 15 - digit, 0);
	return [...digits, sum >> 8, (sum >> 4) & 15, sum & 15];
}

function hash(...parts: Uint8Array[]): Buffer {
	const sha256 = createHash("sha256");
	for (const part of parts) sha256.update(part);
	return sha256.digest().subarray(0, N);
}

function u16(value: number): Buffer {
	return Buffer.of(value >> 8, value & 255);
}

function u32(value: number): Buffer {
	return Buffer.of(0, 0, value >> 8, value & 255);
}

/** What is missing at the end reads as zeros, and is no end. */
class Reader {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = Buffer.from(bytes);
	}

	get isAtEnd(): boolean {
		return this.#at === this.#bytes.length;
	}

	take(length: number): Buffer {
		const taken = Buffer.alloc(length);
		this.#bytes.copy(taken, 0, this.#at);
		this.#at += length;
		return taken;
	}

	skips(...expected: Buffer[]): boolean {
		return expected.every(part => this.take(part.length).equals(part));
	}
}
