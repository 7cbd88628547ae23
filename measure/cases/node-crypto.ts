// OpenSSL in Node: the native limit.

import * as crypto from "node:crypto";
import * as inputs from "./inputs.js";

export function verify() {
	const key = publicKey("Ed25519", inputs.publicKey());
	const [message, signature] = [inputs.message(), inputs.signature()];
	return () => crypto.verify(null, message, key, signature);
}

export function x25519() {
	const prefix = Buffer.from("302e020100300506032b656e04220420", "hex"); // PKCS #8, RFC 8410 §7
	const ours = Buffer.concat([prefix, inputs.scalar()]);
	const privateKey = crypto.createPrivateKey({ key: ours, format: "der", type: "pkcs8" });
	const theirs = publicKey("X25519", inputs.u());
	return () => crypto.diffieHellman({ privateKey, publicKey: theirs });
}

export function sha256() {
	return hash("sha256");
}

export function sha512() {
	return hash("sha512");
}

export function hkdf() {
	const [salt, keyingMaterial, info] = [inputs.salt(), inputs.inputKeyingMaterial(), inputs.info()];
	return () => new Uint8Array(crypto.hkdfSync("sha256", keyingMaterial, salt, info, 32));
}

export function chacha20poly1305() {
	return seal("chacha20-poly1305", 32);
}

export function aes128gcm() {
	return seal("aes-128-gcm", 16);
}

function publicKey(crv: string, raw: Uint8Array): crypto.KeyObject {
	const x = Buffer.from(raw).toString("base64url");
	return crypto.createPublicKey({ key: { kty: "OKP", crv, x }, format: "jwk" });
}

function hash(name: string) {
	const text = inputs.text();
	return () => crypto.createHash(name).update(text).digest();
}

function seal(name: string, keyBytes: number) {
	const [key, nonce, additionalData, text] = [
		inputs.key(keyBytes),
		inputs.nonce(),
		inputs.additionalData(),
		inputs.text(),
	];
	return () => {
		// With these options both ciphers have an authentication tag.
		const cipher = crypto.createCipheriv(name as "aes-128-gcm", key, nonce, { authTagLength: 16 });
		cipher.setAAD(additionalData, { plaintextLength: text.length });
		return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).subarray(-32);
	};
}
