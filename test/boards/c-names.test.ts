// The dialect of our C: functions and variables in snake_case, types in PascalCase, constants in UPPER_SNAKE. XS's own
// names are recognized by their prefixes, and the fields of its structures by a list.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";

const folders = ["boards", "firmware/bytes", "firmware/crypto/c", "test/host/crypto-c"];

const ofXS = /^(?:fx|tx|xs|xsmc|mx|gx)[A-Z0-9]|^xs_|^modMilliseconds$/;
const fieldsOfXS = new Set(
	[
		"codeBuffer codeSize currentChunksSize currentHeapCount firstHeap firstJump incrementalChunkSize keyIndex",
		"incrementalHeapCount incrementalKeyCount initialChunkSize initialHeapCount initialKeyCount nameModulo",
		"parserBufferSize parserTableModulo peakChunksSize peakHeapCount promiseJobs reportError stackBottom stackCount",
		"stackTop symbolModulo symbolsBuffer symbolsSize waiterCondition waiterData waiterLink",
	].flatMap(line => line.split(" ")),
);

const SNAKE = /^[a-zA-Z]?[a-z0-9_]*$/; // a letter of the mathematics may be large
const UPPER = /^[A-Z][A-Z0-9_]*$/;
const PASCAL = /^[A-Z][a-z][A-Za-z0-9]*$/;

function faultsOf(text: string): string[] {
	const code = text.replace(
		/\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^#include.*|\b0x\w+/gm,
		" ",
	);
	const all = (pattern: RegExp) => [...code.matchAll(pattern)].flatMap(found => found.slice(1));
	const constants = all(/\benum \w*\s*\{([^}]*)\}/g).flatMap(list =>
		list.split(",").flatMap(item => /^\s*(\w+)\s*(?:=|$)/.exec(item)?.[1] ?? []),
	);
	const macros = all(/^#define (\w+)\b(?! baton_)/gm); // those of the crypto kernel give a function its prefix
	const types = all(/^typedef (?:[^{};]*\b(\w+)(?:\[\w+\])?|\w+ \{[\s\S]*?^\} (\w+));/gm).filter(name => name);
	const words = all(/\b([a-z]\w*)\b/g).filter(word => !fieldsOfXS.has(word));
	return [
		...[...constants, ...macros].filter(name => !UPPER.test(name) && !GIVEN.test(name)),
		...types.filter(name => !PASCAL.test(name)),
		...words.filter(word => !SNAKE.test(word) && !ofXS.test(word)),
	];
}

/** Macros that XS or the C library asks for by name, in a platform's description; and FIPS 180-4 has SIGMA0 and sigma0. */
const GIVEN = /^(?:mx\w+|realpath|sigma[01])$/;

test("functions and variables, types, constants each have their form", () => {
	const files = folders.flatMap(folder =>
		readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
			.filter(name => /\.[ch]$/.test(name))
			.map(name => join(folder, name)),
	);
	assert.ok(files.length > 60);
	const faults = files.flatMap(file =>
		faultsOf(readFileSync(join(root, file), "utf8")).map(name => `${file}: ${name}`),
	);
	assert.equal([...new Set(faults)], []);
});

test("the check sees what it looks for", () => {
	for (const wrong of [
		"static int wordCount;",
		"void board_End(void);",
		"enum { ready = 1, OTHER };",
		"#define word(offset) offset",
		"typedef struct {\n\tint a;\n} socket;",
		"typedef uint32_t word;",
	])
		assert.is.not(faultsOf(wrong).length, 0, wrong);
	for (const right of [
		"static int word_count = xsmcToInteger(xsArg(0)); // wordCount",
		"enum { READY = 1, OTHER };",
		"#define WORD(offset) offset",
		"#define field_add baton_field_add",
		"typedef struct {\n\tint a;\n} Socket;",
		"typedef uint32_t Field[8];",
		"the->stackTop = 0xA5F;",
	])
		assert.equal(faultsOf(right), [], right);
});

test.run();
