import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { DERIVED, info, inputKeyingMaterial, salt } from "../../inputs.js";
import { measure } from "../../measure.js";

const s = salt(),
	ikm = inputKeyingMaterial(),
	i = info();
measure(() => hkdf(sha256, ikm, s, i, 32), DERIVED);
