// ML-KEM-768 in C: the exports of `../ml-kem-768.ts`, on ml-kem-768-binding.c.

export const hasMlKem768 = true;

/** FIPS 203 §7.1, constant time but for what the public key shows. Fills `encapsulationKey`; gives the private key. */
export function mlKem768Generate(seed: Uint8Array, encapsulationKey: Uint8Array): Uint8Array {
	const privateKey = new Uint8Array(128);
	nativeMlKem768Generate(privateKey, encapsulationKey, seed);
	return privateKey;
}

/** FIPS 203 §7.3, constant time but for what the public key shows: 32 bytes. */
export function mlKem768Decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
	const shared = new Uint8Array(32);
	return nativeMlKem768Decapsulate(shared, privateKey, ciphertext) ? shared : undefined;
}

function nativeMlKem768Generate(
	this: void,
	privateKey: Uint8Array,
	encapsulationKey: Uint8Array,
	seed: Uint8Array,
): void {
	return native("xs_baton_ml_kem_768_generate").call(this, privateKey, encapsulationKey, seed);
}
function nativeMlKem768Decapsulate(
	this: void,
	shared: Uint8Array,
	privateKey: Uint8Array,
	ciphertext: Uint8Array,
): boolean {
	return native("xs_baton_ml_kem_768_decapsulate").call(this, shared, privateKey, ciphertext);
}
