// ECDSA with P-384: ../p384.ts says what each export does.

import { curve384 } from "./curve384.js";
import { ecdsaVerify } from "./ecdsa.js";

export const hasP384 = true;

export function p384Verify(publicKey: Uint8Array, hash: Uint8Array, r: Uint8Array, s: Uint8Array): boolean {
	return ecdsaVerify(curve384, publicKey, hash, r, s);
}
