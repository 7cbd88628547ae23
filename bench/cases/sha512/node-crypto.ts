import { createHash } from "node:crypto";
import { text, textSha512 } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => createHash("sha512").update(data).digest(), textSha512);
