import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const folder = flashFolder();

async function script(shell: string): Promise<string> {
	const { code, out, error } = await runInProcess(["completion", shell], folder);
	assert.is(code, 0, error);
	return out;
}

test("bash completes verbs, verbs of verbs, options, and the words that an option takes", async () => {
	const file = join(folder, "baton.bash");
	writeFileSync(file, await script("bash"));
	writeFileSync(join(folder, "ca.pem"), "");
	const complete = (...words: string[]) => {
		const typed = ["baton", ...words].map(word => `'${word}'`).join(" ");
		const run = `. ${file}; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _baton; printf '%s\n' "\${COMPREPLY[@]}"`;
		const { status, stdout, stderr } = spawnSync("bash", ["-c", run], { cwd: folder, encoding: "utf8" });
		assert.equal([status, stderr], [0, ""]);
		return stdout.trim().split("\n");
	};
	assert.equal(complete("rev"), ["revoke"]);
	assert.equal(complete("take"), ["take-over"]);
	assert.ok(complete("").includes("init") && complete("").includes("backed-up"));
	assert.equal(complete("ca", "iss"), ["issue"]);
	assert.equal(complete("ca", "issue", "--d"), ["--dl"]);
	assert.equal(complete("revoke", "--y"), ["--yes"]);
	assert.equal(complete("revoke", "1", "--y"), ["--yes"]);
	assert.equal(complete("init", "--key-type", "p"), ["p256"]);
	assert.equal(complete("import", "--ca-cert", "ca."), ["ca.pem"]);
});

test("zsh's and fish's have every verb, and are whole where the shell is here to say so", async () => {
	for (const shell of ["zsh", "fish"]) {
		const text = await script(shell);
		for (const verb of ["init", "take-over", "issue", "server-cert", "adopt"])
			assert.ok(text.includes(verb), `${shell}: ${verb}`);
		const file = join(folder, `baton.${shell}`);
		writeFileSync(file, text);
		const { status, error, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
		if (!error) assert.equal([status, stderr], [0, ""], shell);
	}
});

const without = spawnSync("fish", ["--version"]).error ? " (fish is not installed)" : "";
(without ? test.skip : test)(`fish completes verbs, options and words${without}`, async () => {
	const file = join(folder, "baton.fish");
	writeFileSync(file, await script("fish"));
	const complete = (typed: string) => {
		const { stdout } = spawnSync("fish", ["-c", `source ${file}; complete -C "${typed}"`], { encoding: "utf8" });
		return stdout
			.trim()
			.split("\n")
			.map(line => line.split("\t")[0]);
	};
	assert.equal(complete("baton take"), ["take-over"]);
	assert.equal(complete("baton ca iss"), ["issue"]);
	assert.equal(complete("baton init --key-type p"), ["p256"]);
	assert.equal(complete("baton revoke --y"), ["--yes"]);
});

test("another shell is refused", async () => {
	const { code, error } = await runInProcess(["completion", "tcsh"], folder);
	assert.is(code, 2);
	assert.match(error, /expected bash, zsh, fish, got tcsh/);
});

test.run();
