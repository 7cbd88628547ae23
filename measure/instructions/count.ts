// Runs a program on the qemu-rv32 board and counts its instructions, exactly: a plugin of QEMU's (plugin.c) counts them
// from outside, by C function and by the program's function that was running. Time that is slept through retires no
// instruction, and nothing in the program has to count. A window is what lies between two calls of `mark()`.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BundleOptions, bundleOnce, root } from "../../boards/bundle.js";
import { digest, run, versionOf, whole } from "../../boards/compile.js";
import { buildBoard, compileBytecode, linkMapOf, listFunctions } from "../../boards/qemu-rv32/build.js";
import { EMULATOR, emulatorCommand, type RunOptions, runFile } from "../../boards/qemu-rv32/emulator.js";
import { HANG_GUARD } from "../../test/eventually.js";

/** A function of the program's or of the board's. */
export interface CodeFunction {
	name: string;
	/** The file that it is written in. */
	module: string;
	line?: number;
}

/** What was retired between two marks. */
export interface Window {
	/** By function of the program's and C function; their numbers are places in `Counted`'s lists. */
	counts: { script: number; c: number; instructions: number }[];
	/** How often each function of the program's was called. */
	calls: Map<number, number>;
}

export interface Counted {
	code: number | string;
	output: string;
	/** The first is none: what the board does while no function of the program's runs. */
	scripts: CodeFunction[];
	c: CodeFunction[];
	windows: Window[];
}

/** A program that can be counted. */
export interface Countable {
	board: string;
	program: string;
	plugin: string;
	/** What plugin.c reads. */
	map: string;
	scripts: CodeFunction[];
	c: CodeFunction[];
}

const PROGRAM_REGION = 0x82000000; // boards/qemu-rv32/memory-map.h
const PROGRAM_HEADER = 20; // bytes, boards/qemu-rv32/program.h

/** By whose call a window ends. */
const MARK = "xs_mark";
const INTERPRETER = "fxRunID";
/** XS is entered from outside, is left, or runs the next promise job. */
const OUTSIDE = ["fxBeginHost", "fxEndHost", "fxRunPromiseJobs"];

export async function prepare(options: Omit<BundleOptions, "outfile" | "engine">): Promise<Countable> {
	const plugin = await buildPlugin();
	const board = await buildBoard();
	const script = await bundleOnce({ ...options, engine: "xs", sourceMap: true });
	const program = await compileBytecode(script);

	const c = linkedFunctions(readFileSync(linkMapOf(board), "utf8"));
	const numberOf = (name: string) => {
		const number = c.findIndex(one => one.name === name);
		if (number < 0) throw new Error(`the board's program has no function ${name}`);
		return number;
	};
	const functions = scriptFunctions(readFileSync(await listFunctions(script), "utf8"), script);
	const start = PROGRAM_REGION + PROGRAM_HEADER + readFileSync(program).readUInt32LE(12);
	const lines = [
		...c.map(({ address }) => `c ${address}`),
		...stretches(functions).map(({ offset, number }) => `js ${start + offset} ${number}`),
		`interpreter ${numberOf(INTERPRETER)}`,
		...OUTSIDE.map(name => `outside ${numberOf(name)}`),
		`mark ${numberOf(MARK)}`,
	];
	const none = { name: "(no function)", module: "the board's loop and promise jobs" };
	return { board, program, plugin, map: `${lines.join("\n")}\n`, scripts: [none, ...functions], c };
}

/** `flash`: an image (boards/qemu-rv32/flash-image.ts). */
export async function count(countable: Countable, options: RunOptions, flash: string): Promise<Counted> {
	const { board, program, plugin, map, scripts, c } = countable;
	const folder = mkdtempSync(join(tmpdir(), "baton-count-"));
	try {
		const file = (name: string, content: string | Buffer) => {
			writeFileSync(join(folder, name), content);
			return join(folder, name);
		};
		const counts = file("counts", "");
		const command = emulatorCommand({
			board,
			program,
			run: file("run", runFile(options)),
			flash,
			countInstructions: true, // so that time passes in the same way in every run
			network: false,
			plugin: { file: plugin, arguments: { map: file("map", map), counts } },
		});
		const ended = await execute(command);
		const windows = readWindows(readFileSync(counts, "utf8"));
		if (windows.length === 0) throw new Error(`${EMULATOR} did not count: ${ended.output.trim()}`);
		return { ...ended, scripts, c, windows };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** From version 9 on QEMU takes plugins for the second version of its interface alone; they need not differ. */
async function buildPlugin(): Promise<string> {
	const compiler = process.env.CC ?? "cc";
	const major = Number(/version (\d+)/.exec((await versionOf(EMULATOR)) ?? "")?.[1]);
	const here = join(root, "measure/instructions");
	const source = join(here, "plugin.c");
	const warnings = ["-Wall", "-Wextra"];
	const flags = ["-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", ...warnings];
	flags.push(`-DPLUGIN_VERSION=${major >= 9 ? 2 : 1}`);
	const key = digest([await versionOf(compiler), flags], [source, join(here, "qemu-plugin.h")]);
	const plugin = join(root, "build/instructions", `plugin-${key}.so`);
	if (!existsSync(plugin)) await whole(plugin, file => run(compiler, [...flags, source, "-o", file]));
	return plugin;
}

/** The functions of the linker's map, in the order of their addresses. */
function linkedFunctions(map: string): (CodeFunction & { address: number })[] {
	const functions: (CodeFunction & { address: number })[] = [];
	const layout = map.slice(map.indexOf("Linker script and memory map"));
	// A section, and the first symbol in it; with -ffunction-sections each function has its own.
	const section = /^ \.text(?:\.(\S+))?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)(?:\n +0x[0-9a-f]+ +(\w+)$)?/gm;
	for (const [, own, address, bytes, object, symbol] of layout.matchAll(section)) {
		if (parseInt(bytes!, 16) === 0) continue;
		const name = own?.replace(/^(unlikely|startup)\./, "") ?? symbol ?? "?";
		functions.push({ name, module: moduleOf(object!), address: parseInt(address!, 16) });
	}
	return functions.sort((a, b) => a.address - b.address);
}

/** Folders of C sources, by what boards/compile.ts calls their objects after. */
const folders: Record<string, string> = {
	sources: "XS",
	c: "firmware/crypto/c",
	xs: "boards/xs",
	"qemu-rv32": "boards/qemu-rv32",
};

/** The source of an object; a library's by the library's name. */
function moduleOf(object: string): string {
	const library = /([^/]+)\.a\(/.exec(object)?.[1];
	const name = /([^/]+)\.o$/.exec(object)?.[1];
	const folder = Object.keys(folders).find(folder => name?.startsWith(`${folder}-`));
	return library ?? (folder ? `${folders[folder]}/${name!.slice(folder.length + 1)}.c` : (name ?? object));
}

interface ScriptFunction extends CodeFunction {
	start: number;
	end: number;
}

/** What `listFunctions` says, with each function's place in the source instead of the bundle. */
function scriptFunctions(list: string, script: string): ScriptFunction[] {
	const sources = new SourceMap(JSON.parse(readFileSync(`${script}.map`, "utf8")));
	return list
		.split("\n")
		.slice(0, -1)
		.map((text, i) => {
			const [, start, end, line, name] = /^(\d+) (\d+) (\d+) (.*)$/.exec(text)!;
			const bounds = { start: Number(start), end: Number(end) };
			if (i === 0) return { ...bounds, name: "(program)", module: "(bundle)" };
			const found = sources.findEntry(Number(line) - 1, Infinity);
			if (!("originalSource" in found)) return { ...bounds, name: name!, module: "(bundle)" };
			const module = found.originalSource.replace(/^(\.\.\/)+/, "");
			const place = { module, line: found.originalLine + 1 };
			return { ...bounds, ...place, name: name || nameInSource(place) };
		});
}

/** XS gives methods and arrow functions their names when they are made: the line knows them before. */
function nameInSource({ module, line }: { module: string; line: number }): string {
	const text = readFileSync(join(root, module), "utf8").split("\n")[line - 1] ?? "";
	const method = /^\s*(?:(?:static|async|get|set) )*\*?(#?\w+)\(/.exec(text);
	const property = /(#?\w+)(?:: [\w<>[\], ]+)?(?::| =) (?:async )?(?:\w+|\([^()]*\)(?:: [^=]+)?) =>/.exec(text);
	return method?.[1] ?? property?.[1] ?? "=>";
}

/** Which function each stretch of the code is of (from 1 on; 0 behind the end), where functions stand inside others. */
function stretches(functions: ScriptFunction[]): { offset: number; number: number }[] {
	const list: { offset: number; number: number }[] = [];
	const open: number[] = [];
	const closeUntil = (offset: number) => {
		while (open.length > 0 && functions[open.at(-1)!]!.end <= offset) {
			const { end } = functions[open.pop()!]!;
			list.push({ offset: end, number: open.length > 0 ? open.at(-1)! + 1 : 0 });
		}
	};
	for (const [i, { start }] of functions.entries()) {
		closeUntil(start);
		list.push({ offset: start, number: i + 1 });
		open.push(i);
	}
	closeUntil(Infinity);
	return list;
}

function readWindows(counts: string): Window[] {
	const windows: Window[] = [];
	for (const line of counts.split("\n")) {
		const [word, ...numbers] = line.split(" ");
		const [first, second, third] = numbers.map(Number) as [number, number, number];
		if (word === "window") windows.push({ counts: [], calls: new Map() });
		else if (word === "count") windows.at(-1)!.counts.push({ script: first, c: second, instructions: third });
		else if (word === "calls") windows.at(-1)!.calls.set(first, second);
	}
	return windows;
}

function execute({ file, args }: { file: string; args: string[] }): Promise<Pick<Counted, "code" | "output">> {
	return new Promise(resolve => {
		execFile(file, args, { timeout: HANG_GUARD, maxBuffer: 1 << 22 }, (error, stdout, stderr) => {
			resolve({ code: error ? (error.code ?? error.signal ?? "?") : 0, output: stdout + stderr });
		});
	});
}
