// Runs on the simulator: the function that a test has handed over as text (simulate.ts), with the board as it is.

import { xsBoard } from "../../../boards/xs/board.js";
import * as measure from "../../../boards/xs/measure.js";
import * as natives from "../../../boards/xs/natives.js";

const { program, parameters } = JSON.parse(natives.settings());
const world = { natives, measure, xsBoard };
export type World = typeof world;

// The text comes out of a TypeScript loader that keeps functions' names by calls of `__name`.
new Function("world", "parameters", `const __name = (f) => f; return (${program})(world, parameters)`)(
	world,
	parameters,
);
