import "../../text-encoder.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { SHARED, scalar, u } from "../../inputs.js";
import { measure } from "../../measure.js";

const ours = scalar(),
	theirs = u();
measure(() => x25519.getSharedSecret(ours, theirs), SHARED);
