import { hkdfExpand, hkdfExtract } from "../../../firmware/crypto/kernel.js";
import { DERIVED, info, inputKeyingMaterial, salt } from "../../inputs.js";
import { measure } from "../../measure.js";

const s = salt(),
	ikm = inputKeyingMaterial(),
	i = info();
measure(() => hkdfExpand(hkdfExtract(s, ikm), i, 32), DERIVED);
