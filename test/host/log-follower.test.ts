import { appendFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LogFollower } from "../../host/log-follower.js";
import { flashFolder } from "./device-run.js";

function follow(): { file: string; lines: string[]; log: LogFollower } {
	const file = join(flashFolder(), "access.log");
	const lines: string[] = [];
	const log = new LogFollower(file, { mark: "baton", longest: 100, onLine: line => void lines.push(line) });
	return { file, lines, log };
}

test("each line is read once, and only those that bear the mark", async () => {
	const { file, lines, log } = follow();
	writeFileSync(file, "baton 1\nother\nbaton 2\r\nba");
	await log.read();
	assert.equal(lines, ["baton 1", "baton 2"]);
	await log.read();
	appendFileSync(file, "ton 3\n\nbaton 4");
	await log.read();
	assert.equal(lines, ["baton 1", "baton 2", "baton 3"]);
	appendFileSync(file, "\n");
	await log.read();
	assert.equal(lines.at(-1), "baton 4");
	await log.close();
});

test("a line that is too long is none, wherever it is cut", async () => {
	const { file, lines, log } = follow();
	writeFileSync(file, `baton ${"x".repeat(94)}\n${"x".repeat(3_000_000)} baton\nbaton ${"x".repeat(95)}`);
	await log.read();
	appendFileSync(file, "baton\nbaton 2\n");
	await log.read();
	assert.equal(lines, [`baton ${"x".repeat(94)}`, "baton 2"]);
	await log.close();
});

test("a log that was moved away is read to its end, then the new one; one that was cut, from its beginning", async () => {
	const { file, lines, log } = follow();
	writeFileSync(file, "baton 1\n");
	await log.read();
	appendFileSync(file, "baton 2\n");
	renameSync(file, `${file}.1`);
	writeFileSync(file, "baton 3\n");
	await log.read();
	assert.equal(lines, ["baton 1", "baton 2", "baton 3"]);
	truncateSync(file, 0);
	await log.read();
	appendFileSync(file, "baton 4\n");
	await log.read();
	assert.equal(lines.at(-1), "baton 4");
	await log.close();
});

test("one that is compressed is read once", async () => {
	const { file, lines, log } = follow();
	writeFileSync(file, gzipSync("baton 1\nother\nbaton 2\n"));
	await log.read();
	await log.read();
	assert.equal(lines, ["baton 1", "baton 2"]);
});

test("one that is not there is said so", async () => {
	const { file, log } = follow();
	try {
		await log.read();
		assert.unreachable();
	} catch (error) {
		assert.is((error as Error).message, `${file}: no such file`);
	}
});

test.run();
