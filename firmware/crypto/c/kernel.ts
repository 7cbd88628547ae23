// The C kernel: the exports of `../kernel.ts`, one crossing into C for each large step. The boards' C compiler takes
// the .c files beside this one; nothing here runs without them. What it promises and why: `../DESIGN.md`.
//
// The functions with a `native` line are the only way across. They take what is to be filled as their first argument:
// the C side never allocates. It checks all lengths and throws RangeError with what it expected.

/** SHA-256 of `data`: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
	const hash = new Uint8Array(32);
	nativeSha256(hash, data);
	return hash;
}

/** A running SHA-256. `digest` gives the hash of all so far and leaves the state as it is: more may follow. */
export class Sha256 {
	#state = new Uint8Array(104); // kernel.h's BatonSha256

	constructor() {
		nativeSha256Begin(this.#state);
	}

	/** Hashes `data` after what came before; any length. */
	update(data: Uint8Array): this {
		nativeSha256Update(this.#state, data);
		return this;
	}

	digest(): Uint8Array {
		const hash = new Uint8Array(32);
		nativeSha256End(this.#state, hash);
		return hash;
	}
}

/** SHA-384 of `data`: 48 bytes. */
export function sha384(data: Uint8Array): Uint8Array {
	const hash = new Uint8Array(48);
	nativeSha384(hash, data);
	return hash;
}

/** SHA-512 of `data`: 64 bytes. */
export function sha512(data: Uint8Array): Uint8Array {
	const hash = new Uint8Array(64);
	nativeSha512(hash, data);
	return hash;
}

/** HMAC-SHA256 of `data` under a key of any length: 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
	const mac = new Uint8Array(32);
	nativeHmacSha256(mac, key, data);
	return mac;
}

/** RFC 5869 §2.2. An empty `salt` stands for 32 zeros, as there. 32 bytes. */
export function hkdfExtract(salt: Uint8Array, inputKeyingMaterial: Uint8Array): Uint8Array {
	return hmacSha256(salt, inputKeyingMaterial);
}

/** RFC 5869 §2.3: `byteLength` bytes, at most 255 × 32. */
export function hkdfExpand(pseudorandomKey: Uint8Array, info: Uint8Array, byteLength: number): Uint8Array {
	const output = newOutput(byteLength);
	nativeHkdfExpand(output, pseudorandomKey, info);
	return output;
}

/** RFC 9846 §7.1: HKDF-Expand-Label; `label` begins with "tls13 ". It and `context` have at most 255 bytes each. */
export function hkdfExpandLabel(
	secret: Uint8Array,
	label: Uint8Array,
	context: Uint8Array,
	byteLength: number,
): Uint8Array {
	const output = newOutput(byteLength);
	nativeHkdfExpandLabel(output, secret, label, context);
	return output;
}

function newOutput(byteLength: number): Uint8Array {
	if (byteLength >>> 0 !== byteLength || byteLength > 8160) {
		throw new RangeError(`output: expected 0 to 8160 bytes, got ${byteLength}`);
	}
	return new Uint8Array(byteLength);
}

/** A public key and its tables, 6,272 bytes, for this machine only. */
export class PreparedKey {
	readonly tables: Uint8Array;
	constructor(tables: Uint8Array) {
		this.tables = tables;
	}
}

/** A key that verifies faster from its fourth signature on; undefined if the 32 bytes are no point. */
export function ed25519Prepare(publicKey: Uint8Array): PreparedKey | undefined {
	const tables = new Uint8Array(6272); // kernel.h's BATON_ED25519_PREPARED_BYTES
	return nativeEd25519Prepare(tables, publicKey) ? new PreparedKey(tables) : undefined;
}

/** RFC 8032 §5.1.7, cofactorless: the verdicts of OpenSSL, Go and BoringSSL. */
export function ed25519Verify(key: Uint8Array | PreparedKey, message: Uint8Array, signature: Uint8Array): boolean {
	return key instanceof PreparedKey
		? nativeEd25519VerifyPrepared(key.tables, message, signature)
		: nativeEd25519Verify(key, message, signature);
}

/** RFC 7748 §5, constant time in `scalar`: 32 bytes, all zero if `u` has small order. */
export function x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
	const shared = new Uint8Array(32);
	nativeX25519(shared, scalar, u);
	return shared;
}

/** X25519 with the base point u = 9. */
export function x25519PublicKey(scalar: Uint8Array): Uint8Array {
	const publicKey = new Uint8Array(32);
	nativeX25519PublicKey(publicKey, scalar);
	return publicKey;
}

/** RFC 8439 §2.8. The key has 32 bytes. */
export class ChaCha20Poly1305 {
	#key: Uint8Array;

	constructor(key: Uint8Array) {
		if (key.length !== 32) throw new RangeError(`key: expected 32 bytes, got ${key.length}`);
		this.#key = key.slice();
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		nativeChaCha20Poly1305Seal(this.#key, nonce, additionalData, buffer);
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		return nativeChaCha20Poly1305Open(this.#key, nonce, additionalData, buffer);
	}

	wipe(): void {
		this.#key.fill(0);
	}
}

/** NIST SP 800-38D. The key has 16 bytes. */
export class Aes128Gcm {
	#key: Uint8Array;

	constructor(key: Uint8Array) {
		if (key.length !== 16) throw new RangeError(`key: expected 16 bytes, got ${key.length}`);
		this.#key = key.slice();
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		nativeAes128GcmSeal(this.#key, nonce, additionalData, buffer);
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		return nativeAes128GcmOpen(this.#key, nonce, additionalData, buffer);
	}

	wipe(): void {
		this.#key.fill(0);
	}
}

function nativeSha256(this: void, hash: Uint8Array, data: Uint8Array): void {
	return native("xs_baton_sha256").call(this, hash, data);
}
function nativeSha256Begin(this: void, state: Uint8Array): void {
	return native("xs_baton_sha256_begin").call(this, state);
}
function nativeSha256Update(this: void, state: Uint8Array, data: Uint8Array): void {
	return native("xs_baton_sha256_update").call(this, state, data);
}
function nativeSha256End(this: void, state: Uint8Array, hash: Uint8Array): void {
	return native("xs_baton_sha256_end").call(this, state, hash);
}
function nativeSha384(this: void, hash: Uint8Array, data: Uint8Array): void {
	return native("xs_baton_sha384").call(this, hash, data);
}
function nativeSha512(this: void, hash: Uint8Array, data: Uint8Array): void {
	return native("xs_baton_sha512").call(this, hash, data);
}
function nativeHmacSha256(this: void, mac: Uint8Array, key: Uint8Array, data: Uint8Array): void {
	return native("xs_baton_hmac_sha256").call(this, mac, key, data);
}
function nativeHkdfExpand(this: void, output: Uint8Array, pseudorandomKey: Uint8Array, info: Uint8Array): void {
	return native("xs_baton_hkdf_expand").call(this, output, pseudorandomKey, info);
}
function nativeHkdfExpandLabel(
	this: void,
	output: Uint8Array,
	secret: Uint8Array,
	label: Uint8Array,
	context: Uint8Array,
): void {
	return native("xs_baton_hkdf_expand_label").call(this, output, secret, label, context);
}
function nativeEd25519Verify(this: void, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	return native("xs_baton_ed25519_verify").call(this, publicKey, message, signature);
}
function nativeEd25519Prepare(this: void, tables: Uint8Array, publicKey: Uint8Array): boolean {
	return native("xs_baton_ed25519_prepare").call(this, tables, publicKey);
}
function nativeEd25519VerifyPrepared(
	this: void,
	tables: Uint8Array,
	message: Uint8Array,
	signature: Uint8Array,
): boolean {
	return native("xs_baton_ed25519_verify_prepared").call(this, tables, message, signature);
}
function nativeX25519(this: void, shared: Uint8Array, scalar: Uint8Array, u: Uint8Array): void {
	return native("xs_baton_x25519").call(this, shared, scalar, u);
}
function nativeX25519PublicKey(this: void, publicKey: Uint8Array, scalar: Uint8Array): void {
	return native("xs_baton_x25519_public_key").call(this, publicKey, scalar);
}
function nativeChaCha20Poly1305Seal(
	this: void,
	key: Uint8Array,
	nonce: Uint8Array,
	additionalData: Uint8Array,
	buffer: Uint8Array,
): void {
	return native("xs_baton_chacha20poly1305_seal").call(this, key, nonce, additionalData, buffer);
}
function nativeChaCha20Poly1305Open(
	this: void,
	key: Uint8Array,
	nonce: Uint8Array,
	additionalData: Uint8Array,
	buffer: Uint8Array,
): boolean {
	return native("xs_baton_chacha20poly1305_open").call(this, key, nonce, additionalData, buffer);
}
function nativeAes128GcmSeal(
	this: void,
	key: Uint8Array,
	nonce: Uint8Array,
	additionalData: Uint8Array,
	buffer: Uint8Array,
): void {
	return native("xs_baton_aes128gcm_seal").call(this, key, nonce, additionalData, buffer);
}
function nativeAes128GcmOpen(
	this: void,
	key: Uint8Array,
	nonce: Uint8Array,
	additionalData: Uint8Array,
	buffer: Uint8Array,
): boolean {
	return native("xs_baton_aes128gcm_open").call(this, key, nonce, additionalData, buffer);
}
