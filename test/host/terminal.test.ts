// Verbs at a terminal: what asks, what nobody sees that is typed.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { flashFolder } from "./device-run.js";
import { init, runInProcess } from "./in-process.js";

/** util-linux's: it gives a program a terminal. */
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;
const atTerminal = hasTerminal
	? test
	: (name: string, _: () => Promise<void>) => test.skip(`${name} (util-linux's script is not installed)`);

/** Types each answer when its question has come. */
function type(folder: string, verb: string[], answers: [question: RegExp, answer: string][], environment = {}) {
	const command = [process.execPath, join(root, "bin/baton.js"), ...verb].map(word => `'${word}'`).join(" ");
	const child = spawn("script", ["-qec", command, "/dev/null"], {
		cwd: folder,
		env: { ...process.env, ...environment },
		stdio: ["pipe", "pipe", "inherit"],
	});
	let shown = "";
	let from = 0;
	child.stdout.setEncoding("utf8").on("data", text => {
		shown += text;
		for (; answers.length > 0 && answers[0][0].test(shown.slice(from)); answers.shift()) {
			from = shown.length;
			child.stdin.write(`${answers[0][1]}\n`);
		}
	});
	return new Promise<{ code: number | null; shown: string }>(resolve =>
		child.on("close", code => resolve({ code, shown })),
	);
}

atTerminal("revoke says what it means, and asks", async () => {
	const folder = flashFolder();
	await runInProcess(init, folder);
	const no = await type(folder, ["revoke", "1"], [[/Type revoke A to go on/, "yes"]]);
	assert.is(no.code, 1);
	assert.match(
		no.shown,
		/CA A, generation 1, is in full operation\. To revoke it means:[\s\S]*CA 2: authority in full operation/,
	);
	assert.match(no.shown, /not confirmed, nothing was changed/);
	assert.equal(readdirSync(join(folder, "fleet/authority")), ["1"]);
	const typo = await type(folder, ["revoke", "7"], []);
	assert.is(typo.code, 2);
	assert.match(typo.shown, /there is no authority of generation 7/);
	const yes = await type(folder, ["revoke", "1"], [[/Type revoke A to go on/, "revoke A"]]);
	assert.is(yes.code, 0, yes.shown);
	assert.match(yes.shown, /devices promote it as soon as they have it[\s\S]*Now give every service/);
});

atTerminal("sign shows first, and signs when it was told to", async () => {
	const folder = flashFolder();
	await runInProcess(["dl", "create", "dl", "--fleet", "example", "--classical"], folder);
	await runInProcess([...init, "--dl-key", "dl/dl.pub"], folder);
	const sign = ["sign", "fleet/authority/1/to-sign.cbor", "--dl", "dl", "--out", "1.cbor"];
	const no = await type(folder, sign, [[/fingerprint +\S+[\s\S]*Type sign 1 to go on/, "no"]]);
	assert.is(no.code, 1);
	assert.not(existsSync(join(folder, "1.cbor")));
	const yes = await type(folder, sign, [[/Type sign 1 to go on/, "sign 1"]]);
	assert.is(yes.code, 0, yes.shown);
	assert.ok(existsSync(join(folder, "1.cbor")));
});

atTerminal("a passphrase is asked for, and not shown", async () => {
	const folder = flashFolder();
	const made = await type(
		folder,
		[...init, "--ask-passphrase"],
		[
			[/New passphrase: /, "correct horse"],
			[/Once more: /, "correct horse"],
		],
	);
	assert.is(made.code, 0, made.shown);
	assert.not.match(made.shown, /correct horse/);
	const asked = await type(
		folder,
		["ca", "issue"],
		[
			[/Passphrase for fleet\/dl\/dl\.key: /, "correct horse"],
			[/Passphrase for fleet\/authority\/1\/ca\.key: /, "correct horse"],
		],
	);
	assert.is(asked.code, 0, asked.shown);
	assert.match(asked.shown, /CA information 2 is signed/);
	const wrong = await type(folder, ["take-over", "--yes"], [[/Passphrase for /, "battery staple"]]);
	assert.is(wrong.code, 2);
	assert.match(wrong.shown, /another passphrase opens this key/);
	const differs = await type(
		folder,
		["dl", "create", "spare", "--fleet", "example", "--classical", "--ask-passphrase"],
		[
			[/New passphrase: /, "one"],
			[/Once more: /, "two"],
		],
	);
	assert.is(differs.code, 2);
	assert.match(differs.shown, /two different passphrases/);
});

test.run();
