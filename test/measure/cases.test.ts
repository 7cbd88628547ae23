import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundleOnce, root } from "../../boards/bundle.js";
import * as results from "../../measure/cases/results.js";
import { bundleOf } from "../../measure/programs.js";

const folder = join(root, "measure/cases");
const notImplementations = ["program", "results", "inputs", "text-encoder", "no-randomness"];
const implementations = readdirSync(folder)
	.filter(name => name.endsWith(".ts") && !name.endsWith(".d.ts"))
	.map(name => name.slice(0, -".ts".length))
	.filter(name => !notImplementations.includes(name));

test("every operation that an implementation has gives the right result, and a wrong one posts no figure", async () => {
	const counts: Record<string, number> = {};
	for (const implementation of implementations) {
		const has = Object.keys(await import(join(folder, `${implementation}.ts`)));
		assert.ok(has.length > 0, implementation);
		for (const operation of has as (keyof typeof results)[]) {
			assert.ok(operation in results, operation);
			const script = await bundleOnce({ ...bundleOf({ operation, implementation }), engine: "node" });
			assert.is(await exitCode(script), 0, `${operation} by ${implementation}`);
			counts[operation] = (counts[operation] ?? 0) + 1;
		}
	}
	assert.equal(Object.keys(counts).sort(), Object.keys(results).sort());

	const wrong = bundleOf({ operation: "sha256", implementation: "baton" });
	wrong.alias = { ...wrong.alias, implementation: join(root, "test/measure/wrong.ts") };
	assert.is(await exitCode(await bundleOnce({ ...wrong, engine: "node" })), 1);
});

test("a program holds what its operation needs and nothing else", async () => {
	const hash = { operation: "sha256", implementation: "noble-hashes" } as const;
	const text = readFileSync(await bundleOnce({ ...bundleOf(hash), engine: "xs" }), "utf8");
	assert.match(text, "hashes/sha2.js");
	for (const absent of ["hkdf", results.sha512]) assert.not.match(text, absent);
});

/** Runs the operation once. */
function exitCode(script: string): Promise<number> {
	return new Promise(resolve => {
		execFile(process.execPath, [script, "heap"], error => resolve(error ? Number(error.code) : 0));
	});
}

test.run();
