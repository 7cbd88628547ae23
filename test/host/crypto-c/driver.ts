// The C kernel and the byte layer's loops under test: compiled with this machine's compiler and its sanitizers, and asked by driver.c, which is
// its filter.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";
import { sourcesOf } from "../../../boards/compile.js";
import { HANG_GUARD } from "../../eventually.js";

export const compiler = process.env.CC ?? "cc";
export const kernel = join(root, "firmware/crypto/c");
export const bytes = join(root, "firmware/bytes"); // whose comparison of secrets the kernel uses
const sources = [bytes, kernel].flatMap(sourcesOf).filter(file => !file.endsWith("binding.c"));
/** Of this process alone; gone when it ends. */
export const folder = mkdtempSync(join(tmpdir(), "baton-crypto-c-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** `program`.c in this folder with the kernel; gives the program's path. */
export function compile(program: string, flags: string[]): string {
	const output = join(folder, `${program}${flags.join("")}`.replace(/[^\w-]/g, "_"));
	const source = join(root, "test/host/crypto-c", `${program}.c`);
	const all = ["-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror", ...flags, `-I${kernel}`, `-I${bytes}`];
	execFileSync(compiler, [...all, source, ...sources, "-o", output], { stdio: "pipe" });
	return output;
}

const sanitizers = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
export const whyNoCompiler =
	spawnSync(compiler, ["--version"]).status === 0 ? undefined : "no C compiler here: install gcc or clang, or set CC";
const driver = whyNoCompiler ? "" : compileDriver();

function compileDriver(): string {
	try {
		return compile("driver", sanitizers);
	} catch (error) {
		if (!/sanitize|lasan|lubsan/.test(String((error as { stderr?: Buffer }).stderr))) throw error;
		console.log("# remark: this compiler has no address sanitizer: the C kernel is tested without");
		return compile("driver", ["-O1"]);
	}
}

export function testWithCompiler(name: string, body: () => void) {
	if (whyNoCompiler) test.skip(`${name} [${whyNoCompiler}]`, () => {});
	else test(name, body);
}

/** A question to the driver, and what its answer must be: bytes, or a look at it. */
export interface Case {
	operation: string; // one letter
	parts: Uint8Array[]; // up to three
	expected: Uint8Array | ((answer: Buffer) => void);
}

/** Asks all at once. */
export function check(cases: Case[]) {
	const input = cases.flatMap(({ operation, parts }) => {
		const head = Buffer.alloc(13);
		head.write(operation);
		parts.forEach((part, i) => head.writeUInt32LE(part.length, 1 + 4 * i));
		return [head, ...parts];
	});
	const options = { input: Buffer.concat(input), maxBuffer: 1 << 28, timeout: HANG_GUARD };
	const { stdout, stderr, status } = spawnSync(driver, options);
	assert.is(status, 0, stderr.toString());
	let at = 0;
	for (const { operation, parts, expected } of cases) {
		const length = stdout.readUInt32LE(at);
		const answer = stdout.subarray(at + 4, at + 4 + length);
		at += 4 + length;
		if (typeof expected === "function") expected(answer);
		else if (!answer.equals(expected)) {
			assert.is(
				answer.toString("hex"),
				Buffer.from(expected).toString("hex"),
				`${operation} ${parts.map(part => Buffer.from(part).toString("hex")).join(" ")}`,
			);
		}
	}
	assert.is(at, stdout.length);
}

export function flag(value: boolean) {
	return Uint8Array.of(value ? 1 : 0);
}
