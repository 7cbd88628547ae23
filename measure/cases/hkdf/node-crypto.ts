import { hkdfSync } from "node:crypto";
import { DERIVED, info, inputKeyingMaterial, salt } from "../../inputs.js";
import { measure } from "../../measure.js";

const s = salt(),
	ikm = inputKeyingMaterial(),
	i = info();
measure(() => new Uint8Array(hkdfSync("sha256", ikm, s, i, 32)), DERIVED);
