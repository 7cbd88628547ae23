import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import { SHARED, scalar, u } from "../../inputs.js";
import { measure } from "../../measure.js";

const prefix = Buffer.from("302e020100300506032b656e04220420", "hex"); // PKCS #8, RFC 8410 §7
const x = Buffer.from(u()).toString("base64url");
const privateKey = createPrivateKey({ key: Buffer.concat([prefix, scalar()]), format: "der", type: "pkcs8" });
const publicKey = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
measure(() => diffieHellman({ privateKey, publicKey }), SHARED);
