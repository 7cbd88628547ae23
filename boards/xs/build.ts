// What the builds of all XS boards share: sources, flags, and the partitions as C sees them.

import { join } from "node:path";
import { headersOf, sourcesOf } from "../compile.js";
import { BLOCK_LENGTH, partitionSizes } from "../partitions.js";
import { root, xs } from "../places.js";

const shared = join(root, "boards/xs");
const ofFirmware = ["bytes", "crypto/c"].map(folder => join(root, "firmware", folder));

/** The C of a board: its own, what all XS boards share, the firmware's. */
export function boardSources(board: string): string[] {
	return [board, shared, ...ofFirmware].flatMap(sourcesOf);
}

/** What the compiler of the qemu-rv32 board's bytecode takes of it. */
export const bytecodeSources = [join(shared, "bytecode.c")];
export const bytecodeHeaders = [join(shared, "bytecode.h")];

export function boardHeaders(board: string): string[] {
	return [board, shared, ...ofFirmware].flatMap(headersOf);
}

/** For the engine too: the platform is described by the board's xs-platform.h. */
export function engineFlags(board: string): string[] {
	return [
		...["-DINCLUDE_XSPLATFORM", '-DXSPLATFORM="xs-platform.h"'],
		...["-DmxParse=1", "-DmxRun=1", "-DmxSloppy=1", "-DmxNoConsole=1", "-DmxMinusZero=1"],
		...["includes", "platforms", "sources"].map(folder => `-I${join(xs, folder)}`),
		`-I${board}`,
	];
}

const partitions = Object.entries(partitionSizes).map(([name, bytes]) => `P(${name},${bytes})`);

/** For the C of a board. The partitions come as flash.h wants them: `P(name,bytes)` for each, in their order. */
export const boardFlags = [
	`-I${shared}`,
	`-DBATON_BLOCK_BYTES=${BLOCK_LENGTH}`,
	`-DBATON_PARTITIONS(P)=${partitions.join(" ")}`,
];

export const language = ["-std=gnu11", "-fno-common", "-fno-strict-aliasing"];
export const warnings = ["-Wall", "-Wextra", "-Wno-clobbered", "-Wno-missing-field-initializers"];
/** What others wrote is compiled without warnings: they are its authors' business. */
export const others = ["-w"];
