// One operation by one implementation: the program that is measured. Both are chosen when this file is bundled
// (measure/programs.ts), and only what that operation needs becomes part of the bundle.

import * as implementation from "implementation";
import { measure } from "../measure.js";
import * as results from "./results.js";

declare const OPERATION: keyof typeof results;

// biome-ignore lint/performance/noDynamicNamespaceImportAccess: a constant when this is bundled, so only that is taken
measure(implementation[OPERATION](), results[OPERATION]);
