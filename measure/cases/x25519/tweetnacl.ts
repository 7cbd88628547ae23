import nacl from "tweetnacl";
import { SHARED, scalar, u } from "../../inputs.js";
import { measure } from "../../measure.js";

const ours = scalar(),
	theirs = u();
measure(() => nacl.scalarMult(ours, theirs), SHARED);
