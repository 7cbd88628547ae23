import { sha256 } from "../../../firmware/crypto/kernel.js";
import { TEXT_SHA256, text } from "../../inputs.js";
import { measure } from "../../measure.js";

const data = text();
measure(() => sha256(data), TEXT_SHA256);
