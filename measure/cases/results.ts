// What must come out of each operation on inputs.ts: true, or hexadecimal (from node:crypto, which is one of those
// measured).

export const verify = true;
export const verifyKnown = true;
export const x25519 = "f2c61968a0cb0a321bdf292b84a75f8daa1bf8b6ea54b002b225dfdcd6c4b81b";
export const sha256 = "41a8df8d7a09deeda1ce604e394aca7e77f054f4937b3e51c882a84f67de6d1d";
export const sha512 =
	"d24b49baebf862f5054c493f4352f38cb9bd9694d8396e5621d908d8ed4a0fcf" +
	"4a7d4d3fccb1282f830c16ad5bfc82085c820a71521608ff2929be3be9653afe";
export const hkdf = "55d6c548a6140052034254d5db0c2cc109cd00c38c15a0499aafdc5e04947144";
/** Of the AEADs: the last 16 bytes of ciphertext and the tag. */
export const chacha20poly1305 = "33273c8a2fc59e5d39e2938ad4155fc331c720a6edbee7d6d6230b8eafd83a15";
export const aes128gcm = "2315d393366503ba040fb38d80c5a2505b129433c916ec271bc195818456617c";
export const nothing = true;
