/** Authenticated encryption in place. `buffer` is text followed by the 16-byte tag; `nonce` has 12 bytes. */
export interface Aead {
	/** Encrypts all but the last 16 bytes of `buffer` and writes the tag into those. */
	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void;
	/** Checks the tag, then decrypts all but the last 16 bytes of `buffer`. False: nothing was decrypted. */
	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean;
	/** Overwrites the key: the object is of no use any more. */
	wipe(): void;
}
