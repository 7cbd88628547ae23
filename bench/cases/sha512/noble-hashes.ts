import { sha512 } from "@noble/hashes/sha2.js";
import { text, textSha512 } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => sha512(data), textSha512);
