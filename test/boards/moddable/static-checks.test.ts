// What can be said of the firmware for the Moddable SDK without the SDK: its manifests, its natives, its partition
// tables, what its modules use, and whether its C compiles for an ESP32-C3.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runInNewContext } from "node:vm";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle, root } from "../../../boards/bundle.js";
import { partitionSizes, SETTINGS_LENGTH } from "../../../boards/partitions.js";
import { nativesAtLoad } from "./load-time.js";
import { type Platform, platforms, readProject } from "./manifest.js";
import { faultsOf, readPartitions } from "./partitions.js";
import { importsOf, javascript, namesOf, nativesOf, scriptOf } from "./source.js";

const LEAST = "test/boards/moddable/least/manifest.json";
const examples = readdirSync(join(root, "examples")).map(name => `examples/${name}/manifest.json`);
const manifests = ["manifest.json", ...examples, LEAST];
const EMULATOR = "boards/esp32c3/emulator/manifest.json";
const projectOf = (manifest: string, platform: Platform) => ({
	title: `${manifest} on ${platform}`,
	platform,
	...readProject(manifest, platform),
});
const projects = [
	...manifests.flatMap(manifest => platforms.map(platform => projectOf(manifest, platform))),
	projectOf(EMULATOR, "esp32/esp32c3"),
	projectOf("test/boards/moddable/ethernet/manifest.json", "esp32"),
];

/** What the SDK's own manifests bring along. */
const fromSDK: Record<Platform, string[]> = (() => {
	const all = ["timer", "time", "mc/config"];
	const chip = [
		...all,
		"microseconds",
		"embedded:storage/flash",
		"embedded:network/interface/wifi",
		"embedded:network/interface/ethernet",
	];
	return { esp32: chip, "esp32/esp32c3": chip, "esp32/esp32c3_cdc": chip, lin: all };
})();

for (const { title, platform, modules, sdkModules, sources, preload, faults } of projects) {
	test(`${title}: every file that a manifest names exists`, () => {
		assert.equal(faults, []);
		assert.ok(modules.has("main") && modules.has("baton/baton"));
	});

	test(`${title}: every import leads to a module of the build`, () => {
		const missing: string[] = [];
		for (const [specifier, file] of modules) {
			for (const wanted of importsOf(scriptOf(file))) {
				const found = resolveSpecifier(specifier, wanted);
				const isThere = modules.has(found) || sdkModules.has(found) || fromSDK[platform].includes(found);
				if (!isThere) missing.push(`${file}: ${wanted}`);
			}
		}
		assert.equal(missing, []);
	});

	test(`${title}: what is preloaded is in the build, main among it`, () => {
		assert.ok(preload.includes("main"));
		assert.equal(
			preload.filter(name => !modules.has(name) && !sdkModules.has(name)),
			[],
		);
	});

	test(`${title}: no native is called while modules are loaded, since the SDK preloads them where there is none`, () => {
		const scripts = new Map([...modules].map(([specifier, file]) => [specifier, scriptOf(file)]));
		assert.equal(nativesAtLoad({ scripts, resolve: resolveSpecifier }), []);
	});

	test(`${title}: every native of TypeScript is in C, the reverse, and in the form that XS links`, () => {
		const named = [...modules.values()].flatMap(file => nativesOf(scriptOf(file)).map(native => ({ file, ...native })));
		assert.equal(
			named.filter(({ isLinked }) => !isLinked).map(({ file, name }) => `${file}: ${name}`),
			[],
		);
		const defined = sources.flatMap(definedNatives);
		assert.equal([...new Set(defined)].length, defined.length);
		assert.equal([...new Set(named.map(({ name }) => name))].sort(), defined.sort());
	});
}

test("a socket's C file holds TCP and listener: both modules are in, or the link fails", () => {
	for (const { sdkModules } of projects)
		assert.equal(
			["tcp", "listener"].map(name => sdkModules.has(`embedded:io/socket/${name}`)),
			[true, true],
		);
});

test("the SDK's XS has as long a stack on Linux as on a chip: what overflows there is seen here", () => {
	const stacks = projects
		.filter(({ title }) => title.startsWith("manifest.json"))
		.map(({ creation }) => creation.stack);
	assert.equal([...new Set(stacks)], [640]);
});

test("XS's task on a chip has as long a C stack as on qemu-rv32", () => {
	const [, kilobytes] = /stack_bottom = \.;\s*\. \+= (\d+)K;/.exec(
		readFileSync(join(root, "boards/qemu-rv32/virt.ld"), "utf8"),
	)!;
	const added = 1024; // by the SDK
	const stacks = projects
		.filter(({ title, platform }) => title.startsWith("manifest.json") && platform.startsWith("esp32"))
		.map(({ creation }) => (creation.nativeStack ?? 0) + added);
	assert.equal([...new Set(stacks)], [Number(kilobytes) * 1024]);
});

test("the SDK's start-up of an ESP32-C3, which works a coloured light for ever, is left out", () => {
	for (const { platform, excluded } of projects) {
		const [, target] = platform.split("/");
		if (!target) continue;
		for (const path of [`$(BUILD)/devices/esp32/targets/${target}/setup-target`, "$(MODULES)/drivers/neopixel/*"])
			assert.ok(excluded.has(path), `${platform}: ${path}`);
	}
});

test("the boards' natives are named once for all: boards/xs and the SDK's do not clash", () => {
	for (const { sources } of projects) assert.ok(sources.every(file => !file.startsWith("boards/xs/")));
});

test("no native is called while modules are loaded: the SDK does that on the machine that links them", async () => {
	const folder = mkdtempSync(join(tmpdir(), "baton-preload-"));
	try {
		const outfile = join(folder, "main.js");
		await bundle({ entry: "firmware/main.ts", outfile, engine: "xs", kernel: "c" });
		const called: string[] = [];
		runInNewContext(readFileSync(outfile, "utf8"), { native: (name: string) => () => called.push(name) });
		assert.equal(called, []);
	} finally {
		rmSync(folder, { recursive: true });
	}
});

// The library is the whole firmware: what is left out is left out on purpose.

const notInTheLibrary: Record<string, string> = {
	"firmware/bytes.ts": "stands for the byte layer in TypeScript; the build has the one in C",
	"firmware/bytes/typescript.ts": "the byte layer in TypeScript; the build has the one in C",
	"firmware/crypto/aead.ts": "a type alone: nothing of it is left in the build",
	"firmware/crypto/kernel.ts": "stands for the TypeScript kernel; the build has the one in C",
	"firmware/crypto/c/base-table.ts": "makes a table of the C kernel, on the host",
	"firmware/crypto/c/zetas.ts": "makes tables of the C kernel, on the host",
	"firmware/crypto/c/curve-base.ts": "makes tables of the C kernel, on the host",
	...Object.fromEntries(
		optionalModules().flatMap(name => [
			[`firmware/crypto/${name}.ts`, "stands for the one in TypeScript; the build has the one in C"],
			[`firmware/crypto/no-${name}.ts`, "stands for its absence"],
		]),
	),
};

test("every module of firmware/ is in the library", () => {
	const { modules } = readProject("manifest.json", "esp32");
	const files = new Set(modules.values());
	const isLeftOut = (file: string) => file.startsWith("firmware/crypto/typescript/") || file in notInTheLibrary;
	assert.equal(
		firmwareFiles().filter(file => !files.has(file) && !isLeftOut(file)),
		[],
	);
	for (const file of Object.keys(notInTheLibrary)) assert.ok(existsSync(join(root, file)) && !files.has(file), file);
});

test("what a build can leave out has its four files, is in the library, and can be left out", () => {
	const whole = readProject("manifest.json", "esp32");
	const least = readProject(LEAST, "esp32");
	assert.ok(optionalModules().length > 0);
	for (const name of optionalModules()) {
		for (const file of [`${name}.ts`, `typescript/${name}.ts`, `c/${name}.ts`, `c/${name}-binding.c`]) {
			assert.ok(existsSync(join(root, "firmware/crypto", file)), file);
		}
		assert.is(whole.modules.get(`baton/crypto/${name}`), `firmware/crypto/c/${name}.ts`);
		assert.ok(whole.sources.includes(`firmware/crypto/c/${name}-binding.c`));
		assert.is(least.modules.get(`baton/crypto/${name}`), `firmware/crypto/no-${name}.ts`);
		assert.equal(
			[...least.modules.values(), ...least.sources].filter(file => file.startsWith(`firmware/crypto/c/${name}`)),
			[],
		);
	}
});

test("every C file of the firmware is in the library", () => {
	const { sources } = readProject("manifest.json", "esp32");
	const files = ["firmware/bytes", "firmware/crypto/c"].flatMap(folder =>
		readdirSync(join(root, folder)).map(name => `${folder}/${name}`),
	);
	assert.equal(
		files.filter(file => file.endsWith(".c") && !sources.includes(file)),
		[],
	);
});

// What the engines lack

const timers = /\b(?:set(?:Timeout|Interval|Immediate)|clear(?:Timeout|Interval)|queueMicrotask)\b/;
const hostGlobals =
	/\b(?:console|crypto|structuredClone|performance|fetch|process|Buffer|require|atob|btoa|Intl|WebAssembly)\b(?!\s*:)/;
const iteratorHelpers =
	/\.(?:values|keys|entries)\(\)\s*\.(?:map|filter|take|drop|flatMap|reduce|toArray|forEach|some|every|find)\b/;
/** Preloaded, it crashes the SDK's XS (8.2.3: fxAllocateRegExpData lacks an else). */
const constantRegExp = /^(?:export )?(?:const|let|var) [\w$]+ = \/\.\/;|^\s+static [\w$#]+ = \/\.\/;/m;

/** Missing in XS 13.3, in the SDK's XS, in a device's build of either, or forbidden by design (no clock). */
const forbidden: [RegExp, string][] = [
	[/\bDate\b/, "no clock"],
	[timers, "the SDK's application build lacks it"],
	[/\b(?:TextEncoder|TextDecoder)\b/, "the SDK's application build lacks it"],
	[hostGlobals, "neither XS has it"],
	[/\b(?:eval|Function)\s*\(/, "there is no parser on a device"],
	[/\bMath\.random\b/, "not random on a device"],
	[/\.(?:fromBase64|fromHex|toHex|toBase64|setFromHex|setFromBase64)\b/, "XS 13.3 lacks it"],
	[/\.(?:toSorted|toReversed|toSpliced|fromAsync|groupBy|withResolvers)\b/, "XS 13.3 lacks it"],
	[/\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|union|intersection|symmetricDifference)\b/, "XS 13.3 lacks it"],
	[iteratorHelpers, "XS 13.3 lacks iterator helpers"],
	[/\.(?:fromArrayBuffer|fromBigInt|fromString)\b/, "Node lacks it"],
	[/\.(?:normalize|isWellFormed|toWellFormed)\s*\(/, "XS 13.3 lacks it"],
	[/\b(?:SharedArrayBuffer|Atomics|FinalizationRegistry|WeakRef)\b/, "a device's build lacks it"],
	[/\b(?:await\s+)?using\s+\w+\s*=/, "XS 13.3 lacks it"],
	[constantRegExp, "the SDK's XS cannot preload it"],
	[/\(\.\.\.new Uint8Array\b/, "each argument takes a slot of a stack that has 640"],
	[/^(?:await\b|(?:export )?(?:const|let|var) [^\n]*= await\b)/m, "a preloaded module cannot wait at its top level"],
];

test("firmware/ imports nothing from outside, and uses nothing that an engine lacks", () => {
	const faults: string[] = [];
	for (const file of firmwareFiles()) {
		if (/^firmware\/crypto\/c\/(?:base-table|curve-base|zetas)\.ts$/.test(file)) continue; // on the host
		const script = scriptOf(file);
		for (const specifier of importsOf(script)) {
			const target = join(dirname(file), specifier.replace(/\.js$/, ".ts"));
			const isOurs = specifier.startsWith(".") && target.startsWith("firmware/") && existsSync(join(root, target));
			if (!isOurs) faults.push(`${file}: import ${specifier}`);
		}
		const names = namesOf(script);
		for (const [pattern, why] of forbidden) {
			const found = pattern.exec(names);
			if (found) faults.push(`${file}: ${found[0]} (${why})`);
		}
	}
	assert.equal(faults, []);
});

test("no module of firmware/ calls the byte layer or the kernel while it is loaded, in the library or not", () => {
	const inC: Record<string, string> = { "firmware/bytes.ts": "firmware/bytes/c.ts" };
	for (const file of firmwareFiles()) {
		const c = file.replace("firmware/crypto/", "firmware/crypto/c/");
		if (c !== file && existsSync(join(root, c))) inC[file] = c;
	}
	const scripts = new Map(firmwareFiles().flatMap(file => (file in inC ? [] : [[file, scriptOf(file)]])));
	const resolve = (from: string, wanted: string) => {
		const file = join(dirname(from), wanted.replace(/\.js$/, ".ts"));
		return inC[file] ?? file;
	};
	assert.equal(nativesAtLoad({ scripts, resolve }), []);
});

test("a native that is called while a module is loaded is found, whichever way leads to it", () => {
	const natives = `
		export function hash(a) { return native("xs_hash").call(this, a); }
		export class Hash { #state = hash(0); get size() { return hash(1); } static of(a) { return new Hash(a); } }`;
	const ways = [
		'import { hash } from "natives"; export const A = hash(1);',
		'import { hash as h } from "natives"; const f = a => h(a); export const A = { b: [f(1)] };',
		'import { hash } from "passed-on"; function f() { return hash(1); } if (f()) f();',
		'import { hash } from "natives"; export class A { static B = hash(1); }',
		'import { hash } from "natives"; export class A { static { hash(1); } }',
		'import { hash } from "natives"; export const A = [1, 2].map(a => hash(a));',
		'import { hash } from "natives"; export const A = [1, 2].map(hash);',
		'import { Hash } from "natives"; export const A = new Hash();',
		'import { Hash } from "natives"; export const A = Hash.of(1);',
		'import { Hash } from "natives"; class A extends Hash {} export const B = new A();',
		'import { hash } from "natives"; class A { b() { hash(1); } } new A().b();',
		'import { hash } from "natives"; function f(a = hash(1)) {} f();',
	];
	const right = [
		'import { hash } from "natives"; export function f() { return hash(1); }',
		'import { hash } from "natives"; export const f = () => hash(1), g = { hash, h: () => hash(1) };',
		'import { hash } from "natives"; export class A { b = hash(1); static c() { hash(1); } }',
		'import { hash } from "elsewhere"; export const A = hash(1);',
	];
	const found = (script: string) =>
		nativesAtLoad({
			scripts: new Map([
				["natives", natives],
				["passed-on", 'export * from "natives";'],
				["module", script],
			]),
			resolve: (_from, wanted) => wanted,
		});
	for (const script of ways)
		assert.ok(
			found(script).some(way => way.startsWith("module") && way.endsWith("xs_hash")),
			script,
		);
	for (const script of right) assert.equal(found(script), [], script);
});

test("nor do the SDK's boards and the examples", () => {
	const { modules } = readProject("manifest.json", "esp32");
	const own = [...modules.values()].filter(file => file.startsWith("boards/"));
	const mains = examples.map(manifest => join(dirname(manifest), "main.ts"));
	for (const file of [...own, ...mains]) {
		const names = namesOf(scriptOf(file));
		for (const [pattern, why] of forbidden) assert.not(pattern.test(names), `${file}: ${why}`);
	}
});

test("the checks see what they look for", () => {
	const isSeen = (typescript: string) => forbidden.some(([pattern]) => pattern.test(namesOf(javascript(typescript))));
	const wrong = [
		"new Date()",
		"f(Date.now)",
		"console.log(1)",
		"a.toSorted()",
		"setTimeout(f, 1)",
		"x.values().map(f)",
		"Math.random()",
		"BigInt.fromArrayBuffer(b)",
		"await f()",
		"const a = await f();",
		"export const NAME = /^[a-z]+$/;",
		"String.fromCharCode(...new Uint8Array(part))",
		"class A { static name = /a/; }",
		"`Date ${1}`.length", // a template's text is looked at: rather once too often
	];
	const right = [
		'f("Date: x")',
		"f([...new Uint8Array(2)])",
		"// Date\nlet a;",
		"let a: Date;",
		'const r = /^Date: (.*)"$/.exec(s);',
		"x.validated()",
		"const isName = s => /^[a-z]+$/.test(s);",
		"async function f() {\n\tawait g();\n\tconst a = await g();\n}",
	];
	for (const text of wrong) assert.ok(isSeen(text), text);
	for (const text of right) assert.not(isSeen(text), text);

	const imports = `
		import type { A } from "./a.js"; import { b, type C } from "./b.js"; import "d"; export { e } from "./e.js"; b;
		await import("f");
		export class F { format = "buffer"; }`;
	assert.equal(importsOf(javascript(imports)), ["./b.js", "d", "./e.js", "f"]);

	const linked = 'export function f(this: void, a: number): number {\n\treturn native("xs_f").call(this, a);\n}';
	assert.equal(nativesOf(javascript(linked)), [{ name: "xs_f", isLinked: true }]);
	const unlinked = [
		'function f(a) { return native("xs_f").call(this); }',
		'function f(a) { return native("xs_f").call(undefined, a); }',
		'function f(a) { g(); return native("xs_f").call(this, a); }',
		'const f = native("xs_f");',
	];
	for (const text of unlinked) assert.equal(nativesOf(javascript(text)), [{ name: "xs_f", isLinked: false }], text);
});

// Flash

const chips = { "2 MB": 0x20_0000, "4 MB": 0x40_0000 };

test("the partition tables do not overlap, and fit chips of 2 and 4 MB", () => {
	const tables = new Set(projects.flatMap(({ partitions }) => partitions ?? []));
	assert.ok(tables.size > 0);
	for (const file of tables) {
		const partitions = readPartitions(readFileSync(join(root, file), "utf8"));
		for (const [chip, bytes] of Object.entries(chips))
			assert.equal(faultsOf(partitions, bytes), [], `${file}, ${chip}`);
		const ours = partitions.filter(({ subtype }) => subtype === "undefined");
		assert.equal(
			ours.map(({ name, size }) => [name, size]),
			[...Object.entries(partitionSizes), ["settings", SETTINGS_LENGTH]],
		);
		assert.ok(
			ours.every(({ type, flags }) => type === "data" && flags === ""),
			"not encrypted",
		);
	}
	for (const { title, platform, partitions } of projects)
		assert.is(partitions !== undefined, platform !== "lin", title);
});

test("tables that overlap, do not fit, or stand askew are seen", () => {
	const app = { name: "factory", type: "app", subtype: "factory", offset: 0x10000, size: 0x10000, flags: "" };
	const data = { name: "ca0", type: "data", subtype: "undefined", offset: 0x20000, size: 0x2000, flags: "" };
	assert.equal(faultsOf([app, data], 0x22000), []);
	assert.equal(faultsOf([app, data], 0x21000), ["the table ends at 0x22000, after 0x21000"]);
	assert.equal(faultsOf([app, { ...data, offset: 0x1f000 }], 0x40000), ["ca0 begins at 0x1f000, before 0x20000"]);
	assert.equal(faultsOf([{ ...app, offset: 0x11000 }], 0x40000), ["factory is an application off a 64 KB boundary"]);
	assert.equal(faultsOf([{ ...data, size: 0x2001 }], 0x40000), ["ca0 is not whole blocks"]);
	assert.throws(() => readPartitions("ca0, data, undefined, , 0x2000"), /no number/);
});

test("the flashing commands in the READMEs name the partitions' offsets", () => {
	for (const { partitions } of projects) {
		if (!partitions) continue;
		const readme = readFileSync(join(root, "boards/esp32/README.md"), "utf8");
		for (const { name, subtype, offset, size } of readPartitions(readFileSync(join(root, partitions), "utf8"))) {
			const row = `| \`${name}\` | 0x${offset.toString(16)} | 0x${size.toString(16)} |`;
			if (subtype === "undefined") assert.ok(readme.includes(row), name);
		}
	}
});

// C

const CROSS_COMPILER = "riscv64-unknown-elf-gcc",
	hostCompiler = process.env.CC ?? "cc";
const warnings = ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
const engine = join(dirname(createRequire(import.meta.url).resolve("@agoric/xsnap/package.json")), "moddable/xs");
function headers(platform: string) {
	return [
		...["-DINCLUDE_XSPLATFORM", '-DXSPLATFORM="xs-platform.h"', `-I${join(root, platform)}`],
		...["includes", "platforms", "sources"].map(folder => `-isystem${join(engine, folder)}`),
		`-I${join(root, "test/boards/moddable/headers")}`,
	];
}

const rv32imc = ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"];
compiles("rv32imc", CROSS_COMPILER, [...rv32imc, ...headers("boards/qemu-rv32")], "esp32/esp32c3");
compiles(
	"rv32imc, in the emulator,",
	CROSS_COMPILER,
	[...rv32imc, ...headers("boards/qemu-rv32")],
	"esp32/esp32c3",
	EMULATOR,
);
compiles("this machine", hostCompiler, ["-D_GNU_SOURCE", ...headers("boards/simulator")], "lin");

function compiles(
	target: string,
	compiler: string,
	flags: string[],
	platform: Platform,
	project = "manifest.json",
): void {
	const name = `the C of ${platform} compiles for ${target} without a warning`;
	try {
		execFileSync(compiler, ["--version"], { stdio: "ignore" });
	} catch {
		return test.skip(`${name} [no ${compiler} here]`, () => {});
	}
	test(name, () => {
		const { sources } = readProject(project, platform);
		assert.ok(sources.length > 0);
		execFileSync(compiler, [...warnings, ...flags, ...sources.map(file => join(root, file))], { stdio: "pipe" });
	});
}

test.run();

/** Of firmware/crypto: those that have a stand-in for when they are left out. */
function optionalModules(): string[] {
	const names = readdirSync(join(root, "firmware/crypto"));
	return names.flatMap(name => /^no-(.*)\.ts$/.exec(name)?.[1] ?? []);
}

function firmwareFiles(): string[] {
	return readdirSync(join(root, "firmware"), { recursive: true, encoding: "utf8" })
		.map(name => `firmware/${name.replaceAll("\\", "/")}`)
		.filter(name => name.endsWith(".ts") && !name.endsWith(".d.ts"))
		.sort();
}

/** As XS resolves it: relative to the importing module's specifier, without `.js`. */
function resolveSpecifier(from: string, wanted: string): string {
	const plain = wanted.replace(/\.js$/, "");
	return plain.startsWith(".") ? join(dirname(from), plain) : plain;
}

/** Host functions that a C file of ours defines; the kernel's are declared by one list. */
function definedNatives(file: string): string[] {
	const text = readFileSync(join(root, file), "utf8");
	return [...text.matchAll(/^void (xs_\w+)\(xsMachine ?\* ?the\)\n?\s*\{/gm)].map(([, name]) => name);
}
