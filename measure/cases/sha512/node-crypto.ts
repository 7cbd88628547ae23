import { createHash } from "node:crypto";
import { TEXT_SHA512, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => createHash("sha512").update(data).digest(), TEXT_SHA512);
