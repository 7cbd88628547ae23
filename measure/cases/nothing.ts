// The program around the cases, without one: what it needs is what the built-ins need.

import { measure } from "../measure.js";

measure(() => true, true);
