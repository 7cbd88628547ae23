import { sha512 } from "@noble/hashes/sha2.js";
import { TEXT_SHA512, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => sha512(data), TEXT_SHA512);
