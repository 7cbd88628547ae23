import { createHash } from "node:crypto";
import { text, textSha256 } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => createHash("sha256").update(data).digest(), textSha256);
