import { sha256 } from "@noble/hashes/sha2.js";
import { text, textSha256 } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => sha256(data), textSha256);
