import { createPublicKey, verify } from "node:crypto";
import { message, publicKey, signature } from "../../inputs.js";
import { measure } from "../../measure.js";

const x = Buffer.from(publicKey()).toString("base64url"),
	text = message(),
	signed = signature();
const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
measure(() => verify(null, text, key, signed), true);
