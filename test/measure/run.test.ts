import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";

function bench(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
	const args = [join(root, "bin/run.js"), join(root, "measure/run.ts"), ...words];
	return new Promise(resolve => {
		execFile(process.execPath, args, (error, stdout, stderr) => {
			resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
		});
	});
}

test("--help says what there is to measure", async () => {
	const { code, stdout } = await bench("--help");
	assert.is(code, 0);
	for (const option of ["--kernel-rv32", "--board qemu-rv32", "--profile", "--servers", "--json"])
		assert.match(stdout, option);
});

test("what the bench does not know it refuses, with its usage", async () => {
	for (const [words, why] of [
		[["--nonsense"], "Unknown option '--nonsense'"],
		[["--board", "simulator"], "no measurements on a board named simulator"],
		[["--board", "qemu-rv32", "--kernel", "rust"], "no kernel named rust"],
		[["--profile"], "--kernel and --profile need --board"],
	] as const) {
		const { code, stderr } = await bench(...words);
		assert.is(code, 2, words.join(" "));
		assert.match(stderr, `bench: ${why}`);
		assert.match(stderr, "npm run bench -- [OPTION…]");
	}
});

test.run();
