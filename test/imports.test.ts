// The arrows between files: each room imports from what is lower, and nothing goes round in a circle. Types count too.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../boards/bundle.js";

/** Each top-level folder with programs, and the others from which it may import. */
const rooms: Record<string, string[]> = {
	firmware: [],
	boards: ["firmware"],
	examples: ["firmware"],
	host: ["boards", "firmware"],
	bin: ["host"],
	rehearsal: ["host", "boards", "firmware"],
	packaging: ["rehearsal", "host", "boards", "firmware"],
	test: ["packaging", "rehearsal", "measure", "host", "boards", "firmware"],
	measure: ["test", "host", "boards", "firmware"],
	fuzz: ["test", "host", "boards", "firmware"],
};

/** The only arrows upwards. */
const upwards: Record<string, string> = {
	"host/commands/start.ts": "rehearsal/command.ts", // `baton start` hands over, when it is called
};

const arrows = new Map(sourceFiles().map(file => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));

test("the arrows are found: static, dynamic, of types alone, and passed on", () => {
	const source = [
		'import { a } from "./a.js";',
		'import type {\n\tB,\n} from "../b.js";',
		'import "./c.js";',
		'export { d } from "./d/d.js";',
		'const e = await import("./e.ts");',
		'import { f } from "node:fs";',
		'export const g = "./no-import.js";',
	].join("\n");
	assert.equal(importsOf("host/x.ts", source), ["host/a.ts", "b.ts", "host/c.ts", "host/d/d.ts", "host/e.ts"]);
	assert.equal(arrows.get("bin/baton.js"), ["bin/typescript.js", "host/program.ts"]);
	assert.ok(arrows.get("host/cli.ts")!.includes("host/commands/start.ts"));
});

test("every folder with programs is a room with its place", () => {
	assert.equal([...new Set([...arrows.keys()].map(roomOf))].sort(), Object.keys(rooms).sort());
});

test("no file imports from a room above its own", () => {
	const wrong: string[] = [];
	for (const [file, imported] of arrows) {
		for (const other of imported) {
			const [room, from] = [roomOf(file), roomOf(other)];
			if (room !== from && !rooms[room].includes(from) && upwards[file] !== other) wrong.push(`${file} → ${other}`);
		}
	}
	assert.equal(wrong, []);
});

test("an arrow upwards that is allowed is there", () => {
	for (const [file, other] of Object.entries(upwards)) assert.ok(arrows.get(file)?.includes(other), file);
});

test("firmware/DESIGN.md's list: a file imports only from its own folder, or from lower in the list", () => {
	const design = readFileSync(join(root, "firmware/DESIGN.md"), "utf8");
	const table = /lower in this list\.\n\n\| file .*?\n\n/s.exec(design)![0];
	// Of several names in one row, those to the right are lower.
	const list = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) =>
		[...names.matchAll(/`([^`]+)`/g)].map(([, name]) => `firmware/${name}`),
	);
	assert.ok(list.length > 15 && list[0] === "firmware/main.ts", list.join());
	const placeOf = (file: string) =>
		list.findIndex(name => file === name || (name.endsWith("/") && file.startsWith(name)));
	const wrong: string[] = [];
	for (const [file, imported] of arrows) {
		if (roomOf(file) !== "firmware" || file.endsWith(".d.ts")) continue;
		if (placeOf(file) === -1) wrong.push(`${file} is not in the list`);
		for (const other of imported) if (placeOf(other) < placeOf(file)) wrong.push(`${file} → ${other}`);
	}
	assert.equal(wrong, []);
	for (const name of list) assert.ok(existsSync(join(root, name)), name);
});

test("no import goes round in a circle", () => {
	assert.equal(circlesIn(arrows), []);
});

test("a circle is found wherever it begins", () => {
	const circle = new Map([
		["a", ["b"]],
		["b", ["c", "d"]],
		["c", []],
		["d", ["c", "b"]],
	]);
	assert.equal(circlesIn(circle), ["b → d → b"]);
});

function sourceFiles(): string[] {
	return Object.keys(rooms).flatMap(room =>
		readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
			.filter(name => /\.(ts|js)$/.test(name))
			.map(name => `${room}/${name}`),
	);
}

/** Where the imports of one file lead, as TypeScript has it: `.js` stands for `.ts`, but for what is JavaScript here. */
function importsOf(file: string, source: string): string[] {
	const found = source.matchAll(
		/^(?:import|export)\b[^"';]*\bfrom\s*"(\.[^"]+)"|^import\s*"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm,
	);
	return [...found].map(([, from, bare, called]) => {
		const path = normalize(join(file, "..", from ?? bare ?? called));
		return existsSync(join(root, path)) ? path : path.replace(/\.js$/, ".ts");
	});
}

function roomOf(file: string): string {
	return file.slice(0, file.indexOf("/"));
}

/** Each circle once, as it is met first. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const circles: string[] = [];
	const done = new Set<string>();
	const path: string[] = [];
	const visit = (file: string) => {
		const at = path.indexOf(file);
		if (at !== -1) return void circles.push([...path.slice(at), file].join(" → "));
		if (done.has(file)) return;
		path.push(file);
		for (const other of graph.get(file) ?? []) visit(other);
		path.pop();
		done.add(file);
	};
	for (const file of graph.keys()) visit(file);
	return circles;
}

test.run();
