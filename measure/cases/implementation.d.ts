// What stands for the file beside this one that a bundle chooses. Not every one has every operation.
declare module "implementation" {
	/** What may be made beforehand is made; gives the operation. */
	type Prepare = () => () => Uint8Array | boolean;
	export const verify: Prepare;
	export const verifyKnown: Prepare;
	export const x25519: Prepare;
	export const sha256: Prepare;
	export const sha512: Prepare;
	export const hkdf: Prepare;
	export const chacha20poly1305: Prepare;
	export const aes128gcm: Prepare;
	export const nothing: Prepare;
}
