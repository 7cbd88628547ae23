// One order at a time: of those who want the lock at once, of those who have left it behind.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Claim, locked } from "../../host/lock.js";
import { OperatorError } from "../../host/operator-error.js";
import { flashFolder } from "./device-run.js";

const what = "baton test";

test("of many at once each has the lock alone, and the folder is empty afterwards", async () => {
	const folder = flashFolder();
	let inside = 0;
	let most = 0;
	let done = 0;
	await Promise.all(
		Array.from({ length: 8 }, () =>
			locked(folder, { what, tries: 10_000 }, async () => {
				most = Math.max(most, ++inside);
				await new Promise(resolve => setTimeout(resolve, 5));
				inside--;
				done++;
			}),
		),
	);
	assert.equal([most, done], [1, 8]);
	assert.equal(readdirSync(join(folder, "lock")), []);
});

test("who cannot have it is told who has it, and what for", async () => {
	const folder = flashFolder();
	await locked(folder, { what: "baton revoke 1" }, async () => {
		const error = await locked(folder, { what, tries: 2 }, async () => {}).catch(error => error);
		assert.instance(error, OperatorError);
		assert.match(
			error.message,
			new RegExp(`another baton is at work on .*: baton revoke 1 \\(process ${process.pid}, `),
		);
	});
	await locked(folder, { what, tries: 1 }, async () => {});
});

test("what work throws goes through, and the lock with it", async () => {
	const folder = flashFolder();
	const error = await locked(folder, { what }, () => Promise.reject(new Error("full disk"))).catch(error => error);
	assert.is(error.message, "full disk");
	assert.equal(readdirSync(join(folder, "lock")), []);
});

/** A claim as somebody would leave it behind. */
function leave(folder: string, claim: Partial<Claim>): string {
	mkdirSync(join(folder, "lock"), { recursive: true });
	const file = join(folder, "lock", "1-left");
	const whole = { user: "ada", host: hostname(), what: "baton ca issue", since: "2031-05-01T12:00:00.000Z", ...claim };
	writeFileSync(file, JSON.stringify(whole));
	return file;
}

test("what a dead process has left is removed, and it is said whose it was", async () => {
	const folder = flashFolder();
	const child = spawn(process.execPath, ["-e", ""]);
	await new Promise(resolve => child.on("exit", resolve));
	const real = await ownClaim();
	for (const claim of [
		{ pid: child.pid!, process: real.process },
		{ pid: process.ppid, process: real.process && { ...real.process, start: "1" } }, // another process of that number
		{ pid: process.ppid, process: real.process && { ...real.process, boot: "before" } },
		{ pid: process.pid, process: real.process }, // of this process, which knows nothing of it
	]) {
		const file = leave(folder, claim);
		const stale: string[] = [];
		await locked(
			folder,
			{ what, tries: 1, onStale: ({ user, what }) => void stale.push(`${user}: ${what}`) },
			async () => {},
		);
		assert.equal(stale, ["ada: baton ca issue"], JSON.stringify(claim));
		assert.not(existsSync(file));
	}
});

test("of another machine, or another container, nobody here can tell: it counts for an hour", async () => {
	const folder = flashFolder();
	const real = await ownClaim();
	for (const claim of [
		{ pid: 1, host: "elsewhere" },
		{ pid: 1, process: real.process && { ...real.process, namespace: "pid:[1]" } },
	]) {
		const file = leave(folder, claim);
		const error = await locked(folder, { what, tries: 1 }, async () => {}).catch(error => error);
		assert.match(error.message, /another baton is at work/);
		const before = Date.now() / 1_000 - 3_601;
		utimesSync(file, before, before);
		await locked(folder, { what, tries: 1 }, async () => {});
	}
});

test("what is no claim is passed over", async () => {
	const folder = flashFolder();
	mkdirSync(join(folder, "lock"), { recursive: true });
	writeFileSync(join(folder, "lock", "1-torn"), "{");
	writeFileSync(join(folder, "lock", "1-x.0123456789ab.new"), "{}");
	await locked(folder, { what, tries: 1 }, async () => {});
});

async function ownClaim(): Promise<Claim> {
	const folder = flashFolder();
	let text = "";
	await locked(folder, { what }, async () => {
		const [name] = readdirSync(join(folder, "lock"));
		text = readFileSync(join(folder, "lock", name), "utf8");
	});
	return JSON.parse(text);
}

test.run();
