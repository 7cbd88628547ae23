import nacl from "tweetnacl";
import { scalar, shared, u } from "../../inputs.js";
import { measure } from "../../measure.js";

const ours = scalar(), theirs = u();
measure(() => nacl.scalarMult(ours, theirs), shared);
