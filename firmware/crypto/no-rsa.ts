// Stands for rsa.ts in a build without RSA.

export const hasRsa = false;

export function rsaVerifyPkcs1(
	_modulus: Uint8Array,
	_exponent: number,
	_hash: Uint8Array,
	_signature: Uint8Array,
): boolean {
	return false;
}

export function rsaVerifyPss(
	_modulus: Uint8Array,
	_exponent: number,
	_hash: Uint8Array,
	_signature: Uint8Array,
): boolean {
	return false;
}
