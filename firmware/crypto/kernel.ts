// The crypto kernel's face: everything that the firmware asks of cryptography, and nothing that knows which
// implementation answers. This file stands for the TypeScript one; a manifest or a bundler's alias table puts
// `c/kernel.ts`, which has the same exports, in its place.
//
// Wrong lengths from our own code throw RangeError with what was expected. A bad signature, key or tag is `false`.
// What either kernel promises about secrets, and whose verdicts Ed25519 gives: DESIGN.md.

export {
	/** `new Aes128Gcm(key: 16 bytes)`, NIST SP 800-38D; see `Aead`. */
	Aes128Gcm,
	/** `new ChaCha20Poly1305(key: 32 bytes)`, RFC 8439 §2.8; see `Aead`. */
	ChaCha20Poly1305,
	/** `ed25519Prepare(publicKey)`: a key that verifies faster, for 6 KB, or undefined if it is no point. */
	ed25519Prepare,
	/** Ed25519 (RFC 8032 §5.1.7, cofactorless). `ed25519Verify(key: Ed25519Key, message, signature)`: boolean. */
	ed25519Verify,
	/** HKDF-SHA256 (RFC 5869 §2.3). `hkdfExpand(pseudorandomKey, info, byteLength ≤ 8160)`. */
	hkdfExpand,
	/**
	 * HKDF-Expand-Label with SHA-256 (RFC 9846 §7.1). `hkdfExpandLabel(secret, label, context, byteLength ≤ 8160)`; `label`:
	 * the bytes of "tls13 " and the label, at most 255, as of the context.
	 */
	hkdfExpandLabel,
	/** HKDF-SHA256 (RFC 5869 §2.2). `hkdfExtract(salt, inputKeyingMaterial)`: 32 bytes. */
	hkdfExtract,
	/** HMAC-SHA256 (RFC 2104). `hmacSha256(key, data)`: 32 bytes. */
	hmacSha256,
	/** `new Sha256()`, `update(data)`, `digest()`: the hash of all so far, which leaves the state as it is. */
	Sha256,
	/** SHA-256 (FIPS 180-4). `sha256(data)`: 32 bytes. */
	sha256,
	/** SHA-384 (FIPS 180-4). `sha384(data)`: 48 bytes. */
	sha384,
	/** SHA-512 (FIPS 180-4). `sha512(data)`: 64 bytes. */
	sha512,
	/**
	 * X25519 (RFC 7748 §5). `x25519(scalar, u)`: 32 bytes, all zero if `u` has small order: the caller refuses those.
	 * The TypeScript kernel's time depends on the scalar: use each for one handshake only.
	 */
	x25519,
	/** `x25519PublicKey(scalar)`: X25519 with the base point u = 9. */
	x25519PublicKey,
} from "./typescript/kernel.js";

import type { PreparedKey } from "./typescript/kernel.js";

export type { Aead } from "./aead.js";
export type { PreparedKey };
/** A public key: its 32 bytes (RFC 8032 §5.1.2), or what `ed25519Prepare` of the same kernel made of them. */
export type Ed25519Key = Uint8Array | PreparedKey;
