import { createHash } from "node:crypto";
import { TEXT_SHA256, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => createHash("sha256").update(data).digest(), TEXT_SHA256);
