import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { buildSimulator } from "../../../boards/simulator/build.js";
import { HANG_GUARD } from "../../eventually.js";
import { newFolder, simulate, simulated, simulateScript, test } from "./simulate.js";

const folder = newFolder();
const script = join(folder, "script.js");

async function runScript(source: string, args: string[] = []) {
	writeFileSync(script, source);
	return (await simulateScript(script, undefined, { arguments: args })).ended;
}

async function runCommand(args: string[]): Promise<{ code: number; complaint: string }> {
	const simulator = await buildSimulator();
	return new Promise(resolve =>
		execFile(simulator, args, (error, _stdout, stderr) =>
			resolve({ code: error ? Number(error.code) : 0, complaint: stderr.trimEnd() }),
		),
	);
}

test("arguments that cannot be used are refused with a word", async () => {
	const cases: [string[], string][] = [
		[[], "simulator: script: expected one"],
		[[script, script], `simulator: ${script}: expected one script`],
		[["--memory", script], "simulator: --memory: expected 1 to 2147483647"],
		[["--memory", "0", script], "simulator: --memory: expected 1 to 2147483647"],
		[["--memory", "2147483648", script], "simulator: --memory: expected 1 to 2147483647"],
		[["--memory", "1e6", script], "simulator: --memory: expected 1 to 2147483647"],
		[[script, "--flash"], "simulator: --flash: expected a value"],
		[["--verbose", "1", script], "simulator: --verbose: no such option"],
		[["--chunks", "1000", script], "simulator: --chunks, --slots: expected both or none"],
		[[join(folder, "absent.js")], `simulator: ${join(folder, "absent.js")}: No such file or directory`],
		[[folder], `simulator: ${folder}: Is a directory`],
		[
			["--settings", join(folder, "absent.json"), script],
			`simulator: ${join(folder, "absent.json")}: No such file or directory`,
		],
	];
	writeFileSync(script, "1");
	for (const [args, complaint] of cases) assert.equal(await runCommand(args), { code: 2, complaint });
});

test("settings that are too long or hold a NUL are refused", async () => {
	const settings = join(folder, "settings.json");
	writeFileSync(settings, "x".repeat(65537));
	assert.equal(await runCommand(["--settings", settings, script]), {
		code: 2,
		complaint: `simulator: ${settings}: too long`,
	});
	writeFileSync(settings, "a\0b");
	assert.equal(await runCommand(["--settings", settings, script]), {
		code: 2,
		complaint: `simulator: ${settings}: a NUL in it`,
	});
});

test("a script without settings is told so when it asks", async () => {
	const { complaints, code } = await runScript("native('xs_settings').call(undefined)");
	assert.is(complaints[0], "XS: Error: no settings");
	assert.is(code, 3);
});

test("a syntax error is told with its line", async () => {
	const { complaints, code } = await runScript("let a = 1;\nlet b = ;\n");
	assert.equal(complaints, [`XS: SyntaxError: ${script}:2: missing expression`]);
	assert.is(code, 3);
});

test("an exception that nobody catches ends the program with its stack, wherever it is thrown", async () => {
	const places: Record<string, string> = {
		script: "function place() { thrower() } place()",
		timer: "native('xs_timer_set').call(undefined, function place() { thrower() }, 1)",
		socket: "native('xs_tcp_open').call(undefined, '127.0.0.1', 9, function place() { thrower() })",
		lookup: "native('xs_resolve').call(undefined, 'localhost', function place() { thrower() })",
		"promise job": "Promise.resolve().then(function place() { thrower() })",
		"async function": "(async function place() { await null; thrower() })()",
		"job after a timer":
			"native('xs_timer_set').call(undefined, () => Promise.resolve().then(function place() { thrower() }), 1)",
	};
	for (const [where, source] of Object.entries(places)) {
		const { code, complaints, lines } = await runScript(
			`function thrower() { throw new RangeError("out of range") }
			native("xs_print").call(undefined, "before");
			native("xs_timer_set").call(undefined, () => native("xs_print").call(undefined, "after"), ${HANG_GUARD});
			${source}`,
		);
		assert.is(code, 3, where);
		assert.is(complaints[0], "XS: RangeError: out of range", where);
		assert.match(complaints[1], "at thrower", where);
		assert.match(complaints[2], "at place", where);
		assert.equal(lines, ["before"], where);
	}
});

test("a rejection that nobody handles ends the program, one that is handled in time does not", async () => {
	const unhandled = await runScript(
		`Promise.reject(new TypeError('no')); native('xs_timer_set').call(undefined, () => {}, ${HANG_GUARD})`,
	);
	assert.is(unhandled.code, 3);
	assert.is(unhandled.complaints[0], "XS: TypeError: no");
	const handled = await runScript(
		`const p = Promise.reject(1); Promise.resolve().then(() => p.catch(() => {}));
		native("xs_timer_set").call(undefined, () => native("xs_exit").call(undefined, 0), 10)`,
	);
	assert.is(handled.code, 0);
	assert.equal(handled.complaints, []);
});

test("what is thrown need not be an Error, nor be describable", async () => {
	assert.equal((await runScript("throw 'text'")).complaints, ["XS: text"]);
	assert.equal((await runScript("throw undefined")).complaints, ["XS: undefined"]);
	assert.equal((await runScript("throw { toString() { return 'mine' } }")).complaints, ["XS: mine"]);
	for (const source of ["throw { get stack() { throw 1 } }", "throw Object.create(null)", "throw Symbol('s')"]) {
		const { code, complaints } = await runScript(source);
		assert.is(code, 3);
		assert.equal(complaints, ["XS: an exception that cannot be described"]);
	}
});

test("a program that has nothing left to wait for is not taken for one that ended well", async () => {
	const { code, complaints } = await runScript("new Promise(() => {})");
	assert.is(code, 6);
	assert.equal(complaints, ["XS: nothing left to wait for"]);
});

test("exit ends the loop after the callback that is running; its first code counts", async () => {
	const { code, lines } = await simulated(({ natives: { exit, print, timerSet } }) => {
		timerSet(() => print("never"), 0);
		exit(7);
		exit(8);
		print("still here");
		for (const code of [-1, 256, NaN]) {
			try {
				exit(code);
			} catch (error) {
				print(String(error));
			}
		}
	}, null);
	assert.is(code, 7);
	assert.equal(lines, ["still here", ...Array(3).fill("RangeError: expected a code of 0 to 255")]);
});

test("SIGTERM and SIGINT end a run cleanly, with the last remark", async () => {
	for (const name of ["SIGTERM", "SIGINT"] as const) {
		const device = await simulate(({ natives: { print, timerSet } }) => {
			print("up");
			timerSet(() => print("never"), 60_000);
		}, null);
		await device.line(/up/);
		device.signal(name);
		const { code, remarks, lines } = await device.ended;
		assert.is(code, 0);
		assert.match(remarks.at(-1)!, /^# peak: /);
		assert.equal(lines, ["up"]);
	}
});

test("a second signal ends a program that does not come back to its loop", async () => {
	const device = await simulate(({ natives: { print } }) => {
		print("up");
		for (;;);
	}, null);
	await device.line(/up/);
	device.signal("SIGTERM");
	const patience = setInterval(() => device.signal("SIGTERM"), 50);
	const { code } = await device.ended;
	clearInterval(patience);
	assert.is(code, 143);
});

test("randomness fills all of what it is given and does not repeat", async () => {
	const draw = () =>
		simulated(({ natives: { random, print, exit } }) => {
			const bytes = new Uint8Array(1000);
			const middle = bytes.subarray(100, 900);
			random(middle);
			print(bytes.join());
			random(new Uint8Array(0));
			for (const wrong of [new Uint16Array(4), "text", undefined]) {
				try {
					random(wrong as any);
					print("accepted");
				} catch {}
			}
			exit(0);
		}, null);
	const [first, second] = (await Promise.all([draw(), draw()])).map(({ lines }) => lines);
	const bytes = first[0].split(",").map(Number);
	assert.ok(bytes.slice(0, 100).every(byte => byte === 0) && bytes.slice(900).every(byte => byte === 0));
	for (let i = 100; i < 900; i += 16) assert.ok(bytes.slice(i, i + 16).some(byte => byte !== 0));
	assert.is.not(first[0], second[0]);
	assert.is(first.length, 1);
});

test("a native that the board does not have is a ReferenceError, and each is one function", async () => {
	const { lines } = await runScript(`
		const print = (line) => native("xs_print").call(undefined, line);
		try { native("xs_nothing") } catch (error) { print(String(error)) }
		print(String(native("xs_print") === native("xs_print")));
		try { native = 1 } catch (error) { print(String(error)) }
		print(typeof native);
		native("xs_exit").call(undefined, 0)`);
	assert.equal(
		lines.filter(line => !/set native/.test(line)),
		["ReferenceError: no native xs_nothing", "true", "function"],
	);
});

test.run();
