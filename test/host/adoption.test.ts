import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Adoption, accessLine, count, parseUserAgent, readAdoption, shareWith } from "../../host/adoption.js";
import { flashFolder } from "./device-run.js";

const at = new Date("2031-02-03T04:05:06Z");
const long = new Date("2031-01-01T00:00:00Z");
function line(userAgent: string, more = {}) {
	return accessLine(
		{ address: "192.0.2.7", method: "GET", path: "/ca-information", status: 200, bytes: 430, userAgent, ...more },
		at,
	);
}
function file(...lines: string[]) {
	const path = join(flashFolder(), "access.log");
	writeFileSync(path, `${lines.join("\n")}\n`);
	return path;
}

test("a device says what it holds", () => {
	assert.equal(parseUserAgent("baton/1 (1,2)"), { current: 1, next: 2 });
	assert.equal(parseUserAgent("baton/1 (65535,-)"), { current: 65_535 });
	assert.equal(parseUserAgent("baton/1 (-,3)"), { next: 3 });
	assert.equal(parseUserAgent("baton/1 (-,-)"), {});
});

test("a device says why its last update failed", () => {
	const failed = "flash holds another firmware's CA";
	assert.equal(parseUserAgent(`baton/1 (1,-; failed=${failed})`), { current: 1, failed });
});

test("everything else says nothing", () => {
	for (const text of [
		undefined,
		"",
		"curl/8",
		"baton/2 (1,2)",
		"baton/1 (0,-)",
		"baton/1 (1,1)",
		"baton/1 (2,1)",
		"baton/1 (1,65536)",
		"baton/1 (01,-)",
		"baton/1 (1,2) x",
		"baton/1 (1,2,3)",
		"baton/1 (1,-; failed=)",
		"baton/1 (1,-; failed=a(b)",
		`baton/1 (1,-; failed=${"x".repeat(65)})`,
		"baton/1 (1,-; other=x)",
	]) {
		assert.is(parseUserAgent(text), undefined, String(text));
	}
});

test("our own lines are in the combined format, and cannot be forged by what a client sends", () => {
	assert.is(
		line("baton/1 (1,2)"),
		'192.0.2.7 - - [03/Feb/2031:04:05:06 +0000] "GET /ca-information HTTP/1.1" 200 430 "-" "baton/1 (1,2)"',
	);
	const forged = line('x"\n192.0.2.8 - - "baton/1 (1,2)');
	assert.is(forged.split("\n").length, 1);
	assert.match(forged, /"x\\x22\\x0a192/);
	assert.ok(line("x".repeat(10_000)).length < 1_200);
});

test("what is read: devices' requests since a day, in our log and in nginx's", async () => {
	const log = file(
		line("baton/1 (1,2)"),
		line("baton/1 (1,-)"),
		line("baton/1 (1,2)"),
		'203.0.113.9 - - [03/Feb/2031:05:05:06 +0100] "GET /ca-information HTTP/1.1" 404 0 "-" "baton/1 (2,-)"',
		line("Mozilla/5.0"),
		line("baton/1 (9,-)", { status: 500 }),
		"rubbish",
		"",
		`${"x".repeat(5_000)} "baton/1 (9,-)"`,
	);
	const adoption = await readAdoption(log, long);
	assert.is(adoption.asks, 4);
	assert.equal(Object.fromEntries(adoption.held), { "1,2": 2, "1,-": 1, "2,-": 1 });
	assert.is((await readAdoption(log, new Date("2031-02-03T04:05:07Z"))).asks, 0);
});

test("the share of those that are ready, in either slot", () => {
	const adoption: Adoption = { asks: 0, held: new Map() };
	assert.is(shareWith(adoption, 2), undefined);
	for (let i = 0; i < 3; i++) count(adoption, { current: 1, next: 2 });
	count(adoption, { current: 1 });
	count(adoption, { current: 3 });
	assert.is(shareWith(adoption, 2), 0.8);
	assert.is(shareWith(adoption, 3), 0.2);
	assert.is(shareWith(adoption, 1), 1);
});

test("a stranger who invents states fills no memory", () => {
	const adoption: Adoption = { asks: 0, held: new Map() };
	for (let current = 1; current <= 5_000; current++) count(adoption, { current });
	assert.is(adoption.held.size, 1_000);
});

test.run();
