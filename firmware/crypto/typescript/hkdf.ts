// HMAC-SHA256 (RFC 2104) and HKDF-SHA256 (RFC 5869).

import { Sha256, sha256 } from "./sha256.js";

/** HMAC-SHA256 of `data` under a key of any length: 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
	return new HmacSha256(key).update(data).digest();
}

/** RFC 5869 §2.2. An empty `salt` stands for 32 zeros, as there. 32 bytes. */
export function hkdfExtract(salt: Uint8Array, inputKeyingMaterial: Uint8Array): Uint8Array {
	return hmacSha256(salt, inputKeyingMaterial);
}

/** RFC 5869 §2.3: `byteLength` bytes, at most 255 × 32. */
export function hkdfExpand(pseudorandomKey: Uint8Array, info: Uint8Array, byteLength: number): Uint8Array {
	if (!(Number.isInteger(byteLength) && byteLength >= 0 && byteLength <= 8160)) {
		throw new RangeError(`output: expected 0 to 8160 bytes, got ${byteLength}`);
	}
	const output = new Uint8Array(byteLength);
	const counter = new Uint8Array(1);
	let block: Uint8Array = new Uint8Array(0);
	for (let at = 0; at < byteLength; at += 32) {
		counter[0]++;
		block = new HmacSha256(pseudorandomKey).update(block).update(info).update(counter).digest();
		output.set(at + 32 <= byteLength ? block : block.subarray(0, byteLength - at), at);
	}
	return output;
}

/** RFC 9846 §7.1: HKDF-Expand-Label; `label` begins with "tls13 ". It and `context` have at most 255 bytes each. */
export function hkdfExpandLabel(
	secret: Uint8Array,
	label: Uint8Array,
	context: Uint8Array,
	byteLength: number,
): Uint8Array {
	for (const [name, { length }] of [["label", label] as const, ["context", context] as const])
		if (length > 255) throw new RangeError(`${name}: expected at most 255 bytes, got ${length}`);
	const info = new Uint8Array(4 + label.length + context.length);
	info[0] = byteLength >> 8;
	info[1] = byteLength;
	info[2] = label.length;
	info.set(label, 3);
	info[3 + label.length] = context.length;
	info.set(context, 4 + label.length);
	return hkdfExpand(secret, info, byteLength);
}

/** H(key ^ opad ‖ H(key ^ ipad ‖ data)), RFC 2104 §2. */
class HmacSha256 {
	#inner = new Sha256();
	#outer = new Sha256();

	constructor(key: Uint8Array) {
		const pad = new Uint8Array(64);
		pad.set(key.length > 64 ? sha256(key) : key);
		for (let i = 0; i < 64; i++) pad[i] ^= 0x36;
		this.#inner.update(pad);
		for (let i = 0; i < 64; i++) pad[i] ^= 0x36 ^ 0x5c;
		this.#outer.update(pad);
	}

	update(data: Uint8Array): this {
		this.#inner.update(data);
		return this;
	}

	digest(): Uint8Array {
		return this.#outer.update(this.#inner.digest()).digest();
	}
}
