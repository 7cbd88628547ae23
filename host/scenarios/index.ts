// Every scenario by its name, in the order in which `all` runs them.

import type { Scenario } from "../bench.js";
import { normal } from "./normal.js";

export const scenarios = new Map<string, Scenario>([normal].map(scenario => [scenario.name, scenario]));
