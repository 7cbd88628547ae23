import { x25519 } from "../../../firmware/crypto/kernel.js";
import { SHARED, scalar, u } from "../../inputs.js";
import { measure } from "../../measure.js";

const ours = scalar(),
	theirs = u();
measure(() => x25519(ours, theirs), SHARED);
