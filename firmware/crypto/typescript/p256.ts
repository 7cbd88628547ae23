// ECDSA with P-256: ../p256.ts says what each export does.

import { curve256 } from "./curve256.js";
import { ecdsaVerify } from "./ecdsa.js";

export const hasP256 = true;

export function p256Verify(publicKey: Uint8Array, hash: Uint8Array, r: Uint8Array, s: Uint8Array): boolean {
	return ecdsaVerify(curve256, publicKey, hash, r, s);
}
