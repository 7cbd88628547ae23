// The TypeScript kernel: complete by itself, so that a board without native code still works. `../kernel.ts` says what
// each export does; `../DESIGN.md` says why it is made as it is.

export { Aes128Gcm } from "./aes-gcm.js";
export { ChaCha20Poly1305 } from "./chacha20-poly1305.js";
export { ed25519Prepare, ed25519Verify, type PreparedKey } from "./ed25519.js";
export { hkdfExpand, hkdfExpandLabel, hkdfExtract, hmacSha256 } from "./hkdf.js";
export { Sha256, sha256 } from "./sha256.js";
export { sha384, sha512 } from "./sha512.js";
export { x25519, x25519PublicKey } from "./x25519.js";
