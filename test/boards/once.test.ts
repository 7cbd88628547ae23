// What the boards have in common stands in one place, or in two that agree.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { exitCode } from "../../boards/exit-code.js";
import { partitionSizes, SETTINGS_LENGTH } from "../../boards/partitions.js";
import { SETTINGS_LENGTH as firmwareSettingsLength } from "../../firmware/settings.js";
import { SLOT_LENGTH } from "../../firmware/trust/slots.js";

/** The boards' files with one of these endings, from the root. */
function filesOf(...endings: string[]): string[] {
	return readdirSync(join(root, "boards"), { recursive: true, encoding: "utf8" })
		.map(name => `boards/${name.replaceAll("\\", "/")}`)
		.filter(name => endings.some(ending => name.endsWith(ending)))
		.sort();
}

function codeOf(file: string): string {
	return readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

test("the partition settings is as long as the form that the firmware reads", () => {
	assert.is(SETTINGS_LENGTH, firmwareSettingsLength);
});

test("partitions.ts alone names partitions: every other file has their sizes from it", () => {
	const names = new RegExp(`\\b(?:${Object.keys(partitionSizes).join("|")}):|"(?:ca0|ca1)"`);
	assert.equal(
		filesOf(".ts", ".c", ".h").filter(file => names.test(codeOf(file))),
		["boards/partitions.ts"],
	);
});

test("a slot's partition has the size that the firmware reads", () => {
	assert.is(partitionSizes.ca0, SLOT_LENGTH);
	assert.is(partitionSizes.ca1, SLOT_LENGTH);
});

test("the exit codes of C are those of TypeScript", () => {
	const { SIGNAL, ...codes } = Object.fromEntries(
		[...codeOf("boards/xs/exit-codes.h").matchAll(/EXIT_(\w+) = (\d+)/g)].map(([, name, code]) => [name, Number(code)]),
	);
	assert.is(SIGNAL, 128);
	assert.equal(codes, Object.fromEntries(Object.entries(exitCode).map(([name, code]) => [name.toUpperCase(), code])));
});

test.run();
