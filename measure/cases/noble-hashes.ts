import * as hkdfs from "@noble/hashes/hkdf.js";
import * as sha2 from "@noble/hashes/sha2.js";
import * as inputs from "./inputs.js";

export function sha256() {
	const text = inputs.text();
	return () => sha2.sha256(text);
}

export function sha512() {
	const text = inputs.text();
	return () => sha2.sha512(text);
}

export function hkdf() {
	const [salt, keyingMaterial, info] = [inputs.salt(), inputs.inputKeyingMaterial(), inputs.info()];
	return () => hkdfs.hkdf(sha2.sha256, keyingMaterial, salt, info, 32);
}
