import { sha256 } from "../../../firmware/crypto/kernel.js";
import { text, textSha256 } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => sha256(data), textSha256);
