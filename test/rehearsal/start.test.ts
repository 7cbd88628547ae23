// Whole scenarios: every one on the node board, and the command as a user runs it, on XS.

import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { Rehearsal, type RehearsalOptions } from "../../rehearsal/rehearsal.js";
import { at, type Scenario, until } from "../../rehearsal/scenario.js";
import { scenarios } from "../../rehearsal/scenarios/index.js";
import { flashFolder, unavailable } from "../host/device-run.js";

const command = join(root, "bin/baton.js");

process.env.TMPDIR = flashFolder(); // of this test alone: what is left in it at the end was left by us

for (const scenario of scenarios.values()) {
	if (scenario.needsMlDsa) continue; // post-quantum.test.ts
	test(`${scenario.name} on the node board`, async () => {
		const { findings, engine } = await Rehearsal.run(scenario, { board: "node", yearMilliseconds: 150 });
		assert.equal(
			findings.filter(({ ok }) => !ok).map(({ what }) => what),
			[],
		);
		assert.ok(findings.length >= 5);
		assert.is(engine, `node ${process.versions.node}`);
	});
}

test("a verdict is not given away: without the revocation, revoked-before fails", async () => {
	const whole = scenarios.get("revoked-before")!;
	const impatient: Scenario = { ...whole, timeline: whole.timeline.filter(({ is }) => is === "expect") };
	const { findings } = await Rehearsal.run(impatient, { board: "node", yearMilliseconds: 60 });
	assert.ok(findings.some(({ ok, what }) => !ok && /fetched CA information B/.test(what)));
	assert.ok(findings.some(({ ok, what }) => !ok && /nothing was authenticated by A any more/.test(what)));
});

test("a device whose program cannot run fails the scenario with its exit code", async () => {
	const shown: string[] = [];
	const options: RehearsalOptions = {
		board: "node",
		yearMilliseconds: 60,
		onEntry: entry => void (entry.from === "rehearsal" && shown.push(entry.text)),
	};
	const broken: Scenario = {
		...scenarios.get("shelf")!,
		timeline: [
			at(1, "the device is switched on with a poll partition that is too short", async stage => {
				mkdirSync(stage.flash, { recursive: true });
				writeFileSync(join(stage.flash, "poll"), "too short");
				await stage.switchOn();
			}),
			until(2, "the end of the device's program", () => false),
		],
	};
	const { findings } = await Rehearsal.run(broken, options);
	assert.equal(findings, [{ ok: false, what: "the device's program ended by itself with code 2" }]);
	assert.ok(shown.some(text => /expected 4096 bytes, got 9/.test(text)));
});

const why = await unavailable("simulator");
const onXS = why === undefined ? test : (name: string, _run: () => Promise<void>) => test.skip(`${name} (${why})`);

onXS("npm start's command on XS ends with the promised object and exit 0", async () => {
	const { code, output } = await baton("start", "--json");
	const last = JSON.parse(output.trimEnd().split("\n").at(-1)!);
	assert.is(code, 0);
	assert.equal(Object.keys(last), ["ok", "scenario", "board", "engine", "events", "slots"]);
	assert.is(last.ok, true);
	assert.is(last.scenario, "normal");
	assert.is(last.board, "simulator");
	assert.is(last.engine, "XS 13.3.0");
	assert.equal(last.slots, { current: 2, next: null });
	const stored = last.events.find(({ event }: { event: string }) => event === "stored");
	assert.is(stored.generation, 2);
	assert.ok(stored.year >= 15 && stored.year < 20);
	assert.match(output, /the device runs on XS 13\.3\.0, 4194304 bytes/);
});

test("Ctrl-C stops it cleanly", async () => {
	const { code, errors, output } = await baton.interrupted("start", "--board", "node");
	assert.is(code, 130);
	assert.is(errors, "broken off\n");
	assert.not.match(output, /✓|✗/);
});

test("bad arguments: exit 2 and a word of what is expected", async () => {
	const { code, errors } = await baton("start", "--scenario", "nonsense");
	assert.is(code, 2);
	assert.match(errors, /Allowed choices are normal, revoked-before/);
	assert.is((await baton("start", "--year", "0")).code, 2);
	assert.is((await baton("nonsense")).code, 2);
});

test("nothing stays behind in the system's temporary folder", () => {
	assert.equal(
		readdirSync(tmpdir()).filter(name => name.startsWith("baton-")),
		[],
	);
});

interface Ended {
	code: number | null;
	output: string;
	errors: string;
}

function run(parameters: string[], interruptAt?: RegExp): Promise<Ended> {
	return new Promise(resolve => {
		const child = spawn(process.execPath, [command, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
		let output = "",
			errors = "";
		let isInterrupted = false;
		child.stdout.on("data", text => {
			output += text;
			if (isInterrupted || !interruptAt?.test(output)) return;
			isInterrupted = true; // once: a second one would not wait
			child.kill("SIGINT");
		});
		child.stderr.on("data", text => (errors += text));
		child.on("close", code => resolve({ code, output, errors }));
	});
}

async function baton(...parameters: string[]): Promise<Ended> {
	return run(parameters);
}
baton.interrupted = (...parameters: string[]) => run(parameters, /authenticated/);

test.run();
