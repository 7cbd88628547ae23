// The vectors are gathered from folders and repositories, and only ever the very files; the table is of those that tests
// ask for.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root, vectorFile } from "../../boards/bundle.js";
import { NO_VECTORS } from "../vectors.js";
import { gather, readTable, type VectorFile } from "./gather.js";

const REPOSITORY = "https://vectors.example/tiny";
const NOWHERE = "https://vectors.example/nowhere";
const folder = mkdtempSync(join(tmpdir(), "baton-vectors-"));
const given = join(folder, "given");
const A = "a, as it is meant\n",
	B = "b\n";
const CASES = { version: 1, testcases: [{ id: "path::one" }, { id: "better::two" }, { id: "path::three" }] };
let commit = "";

/** Writes files; their names from `folder`. */
function write(files: Record<string, string>) {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), text);
	}
}

function git(...parameters: string[]): string {
	const identity = ["-c", "user.name=test", "-c", "user.email=test@vectors.example", "-c", "commit.gpgsign=false"];
	return execFileSync("git", ["-C", join(folder, "tiny"), ...identity, ...parameters], { encoding: "utf8" }).trim();
}

/** What the table has of a file. */
function meant(file: string, text: string, origin: Partial<VectorFile> = {}): VectorFile {
	const sha256 = createHash("sha256").update(text).digest("hex");
	return { file, sha256, repository: REPOSITORY, commit, path: `data/${file}`, ...origin };
}

/** Into `into`, a folder in `folder`. What could not be had, what was said, what is there in the end. */
function run(into: string, table: VectorFile[], from: string[] = []) {
	const said: string[] = [];
	const missing = gather({ table, into: join(folder, into), from, say: line => said.push(line) });
	const there = readdirSync(join(folder, into)).sort();
	return {
		missing,
		said: said.join("\n"),
		there,
		text: (name: string) => readFileSync(join(folder, into, name), "utf8"),
	};
}

test.before(() => {
	write({ "tiny/data/a": A, "tiny/data/b": B, "tiny/cases.json": JSON.stringify(CASES), "given/a": A });
	git("init", "--quiet");
	git("add", ".");
	git("commit", "--quiet", "-m", "as it is meant");
	commit = git("rev-parse", "HEAD");
	write({ "tiny/data/a": "a, later\n" });
	git("commit", "--quiet", "-a", "-m", "later");
	Object.assign(process.env, {
		GIT_CONFIG_COUNT: "2",
		GIT_CONFIG_KEY_0: `url.${join(folder, "tiny")}.insteadOf`,
		GIT_CONFIG_VALUE_0: REPOSITORY,
		GIT_CONFIG_KEY_1: `url.${join(folder, "no such repository")}.insteadOf`,
		GIT_CONFIG_VALUE_1: NOWHERE,
	});
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test("what a folder has is taken from there, and nothing is fetched", () => {
	const { missing, said, there, text } = run("1", [meant("a", A, { repository: NOWHERE })], [given]);
	assert.equal(missing, []);
	assert.equal(there, ["a"]);
	assert.is(text("a"), A);
	assert.is(said, `${given}: 1 files`);
});

test("the rest comes from its repository, at its commit, though the branch went on", () => {
	const { missing, said, there, text } = run("2", [meant("a", A), meant("b", B)]);
	assert.equal(missing, []);
	assert.equal(there, ["a", "b"]);
	assert.is(text("a"), A);
	assert.is(said, `${REPOSITORY} at ${commit.slice(0, 7)}: 2 files`);
});

test("cases that the table leaves out are left out, and the SHA-256 is of what is left", () => {
	const left = `${JSON.stringify({ version: 1, testcases: [CASES.testcases[0], CASES.testcases[2]] }, null, 2)}\n`;
	const { missing, text } = run("3", [meant("cases.json", left, { path: "cases.json", without: "better::" })]);
	assert.equal(missing, []);
	assert.is(text("cases.json"), left);
});

test("another file of the same name is named and not taken, neither from a folder nor from a repository", () => {
	const { missing, said, there } = run("4", [meant("a", "another a\n"), meant("b", B)], [given]);
	assert.equal(missing, ["a"]);
	assert.equal(there, ["b"]);
	assert.is(said.match(/: a: another file: its SHA-256 is not the one in the table$/gm)?.length, 2, said);
});

test("a repository, a commit or a file that cannot be had is named with git's reason, and the others come", () => {
	const { missing, said, there } = run("5", [
		meant("a", A, { repository: NOWHERE }),
		meant("b", B),
		meant("c", "c\n"),
		meant("d", "d\n", { commit: "f".repeat(40) }),
	]);
	assert.equal(missing, ["a", "c", "d"]);
	assert.equal(there, ["b"]);
	assert.match(said, new RegExp(`^${NOWHERE} at \\w{7}: fatal: `, "m"));
	assert.match(said, new RegExp(`^${REPOSITORY} at \\w{7}: c: fatal: .*data/c`, "m"));
	assert.match(said, new RegExp(`^${REPOSITORY} at fffffff: fatal: `, "m"));
});

test("what is there already is left alone, and what is damaged is gathered again", () => {
	write({ "6/a": A, "6/b": "damaged" });
	const { missing, said, text } = run("6", [meant("a", A, { repository: NOWHERE }), meant("b", B)]);
	assert.equal(missing, []);
	assert.is(text("b"), B);
	assert.match(said, /6: 1 files are there$/m);
});

test("a line of the table that says no origin is refused, and so is a file without one", () => {
	assert.throws(() => readTable("# https://vectors.example/tiny main data/"), RangeError);
	assert.throws(() => readTable(`${"0".repeat(64)}  a`), RangeError);
});

const table = readTable(readFileSync(join(root, "test/vectors/files.sha256"), "utf8"));

test("every file that a test asks for is in the table", () => {
	const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter(name =>
		name.endsWith(".ts"),
	);
	const asked = tests.flatMap(name => [
		...readFileSync(join(root, "test", name), "utf8").matchAll(
			/(?:^import \w+ from "vectors:|vectorFile\(")([^"]+)"/gm,
		),
	]);
	assert.ok(asked.length > 10, `${asked.length}`);
	for (const [, name] of asked)
		assert.ok(
			table.some(({ file }) => file === name),
			name,
		);
});

const atHand = table.filter(({ file }) => vectorFile(file) !== undefined);
if (atHand.length === 0) test.skip(`every file is the table's [${NO_VECTORS}]`, () => {});
else
	test("every file where tests look for it is the table's", () => {
		for (const { file, sha256 } of atHand) {
			const bytes = readFileSync(vectorFile(file)!);
			assert.is(createHash("sha256").update(bytes).digest("hex"), sha256, `${file}: npm run setup:vectors`);
		}
	});

test.run();
