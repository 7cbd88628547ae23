// The crypto kernel's face on Node's own crypto: for thousands of virtual devices in one process, whose arithmetic
// would otherwise be what is measured. Not for devices, and not for tests of the firmware.

import type { KeyObject } from "node:crypto";
import {
	createCipheriv,
	createDecipheriv,
	createHash,
	createHmac,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	verify,
} from "node:crypto";

type Prepared = KeyObject;

// As JWK: OpenSSL takes raw keys at once, and spends a millisecond on finding out what DER holds.
function base64(raw: Uint8Array) {
	return Buffer.from(raw).toString("base64url");
}
function publicKeyOf(crv: "Ed25519" | "X25519", raw: Uint8Array) {
	return createPublicKey({ key: { kty: "OKP", crv, x: base64(raw) }, format: "jwk" });
}

export function sha256(data: Uint8Array) {
	return new Uint8Array(createHash("sha256").update(data).digest());
}
export function sha384(data: Uint8Array) {
	return new Uint8Array(createHash("sha384").update(data).digest());
}
export function sha512(data: Uint8Array) {
	return new Uint8Array(createHash("sha512").update(data).digest());
}

export class Sha256 {
	readonly #hash = createHash("sha256");

	update(data: Uint8Array): this {
		this.#hash.update(data);
		return this;
	}

	digest(): Uint8Array {
		return new Uint8Array(this.#hash.copy().digest());
	}
}

export function hmacSha256(key: Uint8Array, data: Uint8Array) {
	return new Uint8Array(createHmac("sha256", key).update(data).digest());
}

export function hkdfExtract(salt: Uint8Array, inputKeyingMaterial: Uint8Array) {
	return hmacSha256(salt, inputKeyingMaterial);
}

export function hkdfExpand(pseudorandomKey: Uint8Array, info: Uint8Array, byteLength: number): Uint8Array {
	const output = new Uint8Array(byteLength);
	let block: Uint8Array = new Uint8Array(0);
	for (let at = 0, counter = 1; at < byteLength; at += 32, counter++) {
		block = hmacSha256(pseudorandomKey, Buffer.concat([block, info, Uint8Array.of(counter)]));
		output.set(block.subarray(0, Math.min(32, byteLength - at)), at);
	}
	return output;
}

export function hkdfExpandLabel(secret: Uint8Array, label: Uint8Array, context: Uint8Array, byteLength: number) {
	const info = [[byteLength >> 8, byteLength, label.length], label, [context.length], context];
	return hkdfExpand(secret, Buffer.concat(info.map(part => Uint8Array.from(part))), byteLength);
}

export function ed25519Prepare(publicKey: Uint8Array): Prepared | undefined {
	try {
		return publicKeyOf("Ed25519", publicKey);
	} catch {
		return undefined;
	}
}

export function ed25519Verify(key: Uint8Array | Prepared, message: Uint8Array, signature: Uint8Array): boolean {
	const prepared = key instanceof Uint8Array ? ed25519Prepare(key) : key;
	return prepared !== undefined && verify(null, message, prepared, signature);
}

/** The private half is all that is looked at. */
function privateX25519(scalar: Uint8Array) {
	return createPrivateKey({ key: { kty: "OKP", crv: "X25519", d: base64(scalar), x: "" }, format: "jwk" });
}

export function x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
	try {
		return new Uint8Array(diffieHellman({ privateKey: privateX25519(scalar), publicKey: publicKeyOf("X25519", u) }));
	} catch {
		return new Uint8Array(32); // OpenSSL refuses what gives all zeros
	}
}

export function x25519PublicKey(scalar: Uint8Array) {
	return new Uint8Array(Buffer.from(createPublicKey(privateX25519(scalar)).export({ format: "jwk" }).x!, "base64url"));
}

class Aead {
	readonly #cipher: "chacha20-poly1305" | "aes-128-gcm";
	readonly #key: Uint8Array;

	constructor(cipher: "chacha20-poly1305" | "aes-128-gcm", key: Uint8Array) {
		this.#cipher = cipher;
		this.#key = key.slice();
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		const cipher = createCipheriv(this.#cipher as "aes-128-gcm", this.#key, nonce, { authTagLength: 16 });
		cipher.setAAD(additionalData, { plaintextLength: buffer.length - 16 });
		buffer.set(cipher.update(buffer.subarray(0, -16)));
		cipher.final();
		buffer.set(cipher.getAuthTag(), buffer.length - 16);
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		const decipher = createDecipheriv(this.#cipher as "aes-128-gcm", this.#key, nonce, { authTagLength: 16 });
		decipher.setAAD(additionalData, { plaintextLength: buffer.length - 16 });
		decipher.setAuthTag(buffer.subarray(-16));
		const text = decipher.update(buffer.subarray(0, -16));
		try {
			decipher.final();
		} catch {
			return false;
		}
		buffer.set(text);
		return true;
	}

	wipe(): void {
		this.#key.fill(0);
	}
}

export class ChaCha20Poly1305 extends Aead {
	constructor(key: Uint8Array) {
		super("chacha20-poly1305", key);
	}
}

export class Aes128Gcm extends Aead {
	constructor(key: Uint8Array) {
		super("aes-128-gcm", key);
	}
}
