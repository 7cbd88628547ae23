import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	Adoption,
	accessLine,
	adoptionText,
	bandsOf,
	isEnough,
	parseAccess,
	parseUserAgent,
	shareOf,
} from "../../host/adoption.js";
import { Census } from "../../host/census.js";
import { Fleet } from "../../host/fleet.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const at = new Date("2031-02-03T04:05:06Z");
function line(userAgent: string, more = {}) {
	return accessLine(
		{ address: "192.0.2.7", method: "GET", path: "/ca-information", status: 200, bytes: 430, userAgent, ...more },
		at,
	);
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

test("what is read: devices' requests that were answered, in our log and in nginx's", () => {
	assert.equal(parseAccess(line("baton/1 (1,2)")), {
		address: "192.0.2.7",
		at: at.getTime(),
		held: { current: 1, next: 2 },
	});
	const nginx = '203.0.113.9 - - [03/Feb/2031:05:05:06 +0100] "GET /ca-information HTTP/1.1" 404 0 "-" "baton/1 (2,-)"';
	assert.equal(parseAccess(nginx), { address: "203.0.113.9", at: at.getTime(), held: { current: 2 } });
	assert.is(parseAccess(nginx.replace("05:05:06 +0100", "02:35:06 -0130"))?.at, at.getTime());
	for (const other of [
		line("Mozilla/5.0"),
		line("baton/1 (9,-)", { status: 500 }),
		line("baton/1 (9,-)", { method: "POST" }),
		nginx.replace("Feb", "Fob"),
		"rubbish",
		"",
	])
		assert.is(parseAccess(other), undefined, other);
});

const DAY = 86_400_000; // ms

function censusOf(devices: { current: number; next?: number; failed?: string; age: number }[]): Census {
	const census = new Census({ days: 30 });
	for (const [i, { age, ...held }] of devices.entries()) census.add(`192.0.2.${i}`, at.getTime() - age * DAY, held);
	return census;
}

const some = censusOf([
	{ current: 1, next: 2, age: 0 },
	{ current: 1, next: 2, age: 10 },
	{ current: 3, age: 32 },
	{ current: 1, failed: "unknown issuer", age: 33 },
	{ current: 1, age: 34 },
	{ current: 1, next: 2, age: 89 },
	{ current: 1, age: 364 },
	{ current: 1, age: 2_000 },
]);

test("adoption is told in numbers of devices, by the age of their last word", () => {
	assert.equal(bandsOf(some, 2, 30, at.getTime()), [
		{ days: 33, devices: 4, with: 3 },
		{ days: 90, devices: 2, with: 1 },
		{ days: 365, devices: 1, with: 0 },
		{ days: Infinity, devices: 1, with: 0 },
	]);
	assert.equal(
		bandsOf(some, 2, 1, at.getTime()).map(({ days }) => days),
		[1, 90, 365, Infinity],
	);
	assert.equal(adoptionText(some, 2, 30, at.getTime()), [
		"adoption of generation 2: LOW: 3 of 4 devices that were heard within 33 days hold it (75 %)",
		"  and of those that were last heard 33 to 90 days ago 1 of 2, 90 to 365 days ago 0 of 1, more than 365 days ago 0 of 1",
		"  (current,next): (1,-) 4, (1,2) 3, (3,-) 1",
		"  1 whose last update failed: unknown issuer",
		"  counted from 8 requests by their addresses: a hint, no proof",
	]);
});

test("the share that counts is of those that were heard within their poll interval, in either slot", () => {
	assert.is(shareOf(bandsOf(some, 2, 30, at.getTime())), 0.75);
	assert.is(shareOf(bandsOf(some, 3, 30, at.getTime())), 0.25);
	assert.is(shareOf(bandsOf(censusOf([{ current: 2, age: 40 }]), 2, 30, at.getTime())), undefined);
	assert.equal([undefined, 0.94, 0.95, 1].map(isEnough), [false, false, true, true]);
	assert.match(adoptionText(censusOf([]), 2, 30)[0], /unknown, no device was heard/);
});

test("a log is read once: what was read before is not read again", async () => {
	const folder = flashFolder();
	const init = [
		"init",
		"--fleet",
		"e",
		"--service",
		"s.example",
		"--download-url",
		"https://d{n}.example/",
		"--classical",
	];
	assert.is((await runInProcess(init, folder)).code, 0);
	const fleet = Fleet.open(join(folder, "fleet"));
	const log = openSync(fleet.accessLog, "w");
	const now = new Date();
	for (let piece = 0; piece < 20; piece++) {
		const lines = Array.from({ length: 10_000 }, (_, i) =>
			accessLine(
				{
					address: `10.${piece}.${i >> 8}.${i & 255}`,
					method: "GET",
					path: "/",
					status: 404,
					bytes: 0,
					userAgent: i % 10 === 0 ? "baton/1 (1,-)" : "Mozilla/5.0",
				},
				now,
			),
		);
		writeSync(log, `${lines.join("\n")}\n`);
	}
	closeSync(log);
	const adoption = new Adoption(fleet, { days: 30 });
	assert.is((await adoption.read()).asks, 20_000);
	const [one, other] = await Promise.all([adoption.read(), adoption.read()]);
	assert.equal([one.asks, other.asks, one.groups[0].heard.length], [20_000, 20_000, 20_000]);
	await adoption.close();
});

test.run();
