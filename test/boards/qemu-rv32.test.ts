import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundleOnce } from "../../boards/bundle.js";
import { buildBoard, compileBytecode, missingTools } from "../../boards/qemu-rv32/build.js";
import { emulatorCommand, runFile } from "../../boards/qemu-rv32/emulator.js";
import { composeFlashImage, takeFlashImageApart } from "../../boards/qemu-rv32/flash-image.js";
import { startBoard } from "../../boards/start.js";
import { closedPort } from "../closed-port.js";
import { isClean, killDevices } from "../powercut/qemu-rv32.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";

const missing = await missingTools();
function onBoard(name: string, body: () => Promise<void>) {
	missing ? test.skip(`${name} [${missing}]`, () => {}) : test(name, body);
}

const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
test.after(() => rmSync(folder, { recursive: true }));

interface Ended {
	code: number;
	lines: string[];
	complaints: string[];
	/** Bytes of the arena that were taken in the end. */
	reserved: number;
}

/** Runs one of program.ts's programs. */
async function run(
	name: string,
	options: { memory?: number; port?: number; countInstructions?: boolean; randomness?: number } = {},
): Promise<Ended> {
	const { memory, port, countInstructions, randomness } = options;
	const here = mkdtempSync(join(folder, "run-"));
	const settings = JSON.stringify({ name, port });
	writeFileSync(join(here, "run"), runFile({ preload: true, memory, settings }));
	const script = await bundleOnce({ entry: "test/boards/qemu-rv32/program.ts", engine: "xs" });
	const { file, args } = emulatorCommand({
		board: await buildBoard(),
		program: await compileBytecode(script),
		run: join(here, "run"),
		flash: composeFlashImage(here),
		countInstructions,
		network: !countInstructions, // its answers come when they come, and what has run before a count is part of it
	});
	if (randomness !== undefined) args.splice(args.indexOf("virtio-rng-device"), 1, ...sourceAt(randomness));
	const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
	let output = "";
	child.stdout.setEncoding("utf8").on("data", text => (output += text));
	const [code] = await once(child, "close");
	const lines = output.split("\n").slice(0, -1);
	return {
		code,
		lines: lines.filter(line => !line.startsWith("# ")),
		complaints: lines.filter(line => line.startsWith("# ! ")).map(line => line.slice(4)),
		reserved: Number(/reserved (\d+)/.exec(output)?.[1]),
	};
}

/** The board's source of randomness, fed by what listens at a port of this machine. */
function sourceAt(port: number): string[] {
	const socket = ["-chardev", `socket,id=source,host=127.0.0.1,port=${port}`];
	return ["virtio-rng-device,rng=random", "-object", "rng-egd,id=random,chardev=source", ...socket];
}

test("a missing tool is told in one sentence, with what to run", async () => {
	const path = process.env.PATH;
	process.env.PATH = folder;
	try {
		assert.match(
			(await missingTools())!,
			/^the qemu-rv32 board needs qemu-system-riscv32 and riscv64-unknown-elf-gcc and \w+: run `npm run setup:qemu`$/,
		);
	} finally {
		process.env.PATH = path;
	}
});

onBoard("a script that cannot be parsed becomes no program", async () => {
	const script = join(folder, "wrong.js");
	writeFileSync(script, "let a = 1;\nlet b = ;\n");
	try {
		await compileBytecode(script);
		assert.unreachable();
	} catch (error) {
		assert.match((error as Error).message, /\nXS: SyntaxError: .*wrong\.js:2: missing expression$/);
	}
});

onBoard("what ran before the device started is there, and only read", async () => {
	const used = await run("use what is preloaded");
	assert.equal(used.complaints, []);
	assert.equal(used.lines, ["1,2,3 1267650600228229401496703205377 12,345 1", "1,2,3 3 reason"]);
	const written = await run("write a preloaded buffer");
	assert.is(written.code, 7);
	assert.match(written.complaints[0], /^trap 7 \(store access\) at pc /);
});

onBoard("the memory has the ceiling of an ESP32-C3, or the one that was asked for", async () => {
	const { code, complaints } = await run("fill the memory");
	assert.is(code, 4);
	assert.equal(complaints, ["XS: memory full: 94208 bytes are not enough"]);
	assert.equal((await run("fill the memory", { memory: 60_000 })).complaints, [
		"XS: memory full: 60000 bytes are not enough",
	]);
});

onBoard("whatever ends a program ends the run, with a code and a line", async () => {
	for (const [name, code, line] of [
		["recurse", 5, /^XS: stack overflow$/],
		["throw", 3, /^XS: TypeError: nobody catches this/],
		["reject", 3, /^XS: Error: nobody handles this/],
		["wait for nothing", 6, /^XS: nothing left to wait for$/],
	] as const) {
		const ended = await run(name);
		assert.is(ended.code, code, name);
		assert.match(ended.complaints[0], line);
	}
});

onBoard("flash has NOR rules, blocks of 4,096 bytes and three partitions", async () => {
	const { code, lines } = await run("flash");
	assert.is(code, 0);
	assert.equal(lines, [
		"8192,8192,4096,0",
		"15,15,0,0 255,255,255,255 255,255,255,255 255,255,255,255",
		"255,255,255,255 7,7,7,7",
		"RangeError: expected 0 to 8192 in steps of 4",
		"RangeError: expected 0 to 8192 in steps of 4",
		"RangeError: expected 0 to 0 in steps of 1",
		"RangeError: expected 0 to 0 in steps of 1",
		"Error: no such partition",
	]);
});

onBoard("randomness fills all and does not repeat", async () => assert.equal((await run("random")).lines, ["true"]));

onBoard(
	"a source of randomness that answers late is waited for; one that never does ends the run with a line",
	async () => {
		// A request of rng-egd's: 2, and how many bytes.
		const answer = (socket: Socket, [, count]: Buffer) => socket.write(Buffer.alloc(count, 7));
		const late = createServer(socket => {
			socket.once("data", first => {
				setTimeout(answer, 1_200, socket, first); // the bound was a second once, and a busy machine broke it
				socket.on("data", requests => {
					for (let i = 0; i < requests.length; i += 2) answer(socket, requests.subarray(i));
				});
			});
		});
		const never = createServer(socket => socket.resume());
		for (const server of [late, never]) await once(server.listen(0, "127.0.0.1"), "listening");
		const port = (server: Server) => (server.address() as AddressInfo).port;
		assert.is((await run("random", { randomness: port(late) })).code, 0);
		const { code, complaints } = await run("random", { randomness: port(never) });
		assert.is(code, 9);
		assert.equal(complaints, ["the source of randomness does not answer"]);
		for (const server of [late, never]) server.close();
	},
);

onBoard("timers fire in their order, after their time", async () =>
	assert.equal((await run("run timers")).lines, ["10,20,30 true"]),
);
onBoard("localhost is the machine that runs the emulator", async () =>
	assert.equal((await run("look up")).lines, ["127.0.0.1"]),
);

onBoard("instructions are counted exactly: two runs give the same", async () => {
	const counted = { countInstructions: true };
	const [first, second] = [await run("count instructions", counted), await run("count instructions", counted)];
	assert.match(first.lines[0], /^49995000 \d{6,8} 94208$/);
	assert.equal(first.lines, second.lines);
});

onBoard("100 KB arrive whole over TCP, and the end after them", async () => {
	const server = createServer(socket => socket.once("data", data => socket.end(Buffer.alloc(100_000, data[2]))));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { lines } = await run("talk", { port: (server.address() as AddressInfo).port });
	server.close();
	assert.equal(lines, ["100000 300000"]);
});

onBoard("a port where nothing listens is an error", async () => {
	assert.equal((await run("talk", { port: await closedPort() })).lines, ["0 0"]);
});

onBoard("a device lives from CA 1 to CA 2 in 48 KB", async () => {
	const world = await createWorld({ authorities: 2 });
	const download = await world.downloadServer(1, world.information(2));
	const flash = join(folder, "device");
	const events: string[] = [];
	const reserved: number[] = [];
	for (const by of [1, 2]) {
		const service = await world.applicationServer(by);
		const device = await startBoard({
			board: "qemu-rv32",
			flash,
			settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }),
			onLine(line) {
				if (!line.startsWith("# ")) events.push(line);
				const taken = /reserved (\d+) of 94208/.exec(line);
				if (taken) reserved.push(Number(taken[1]));
			},
		});
		assert.is(await device.exited, 0);
	}
	await world.close();
	assert.ok(events.includes("stored generation=2"), events.join("; "));
	assert.ok(events.includes("promoted generation=2"), events.join("; "));
	assert.is(reserved.length, 2);
	assert.ok(Math.max(...reserved) <= 48 << 10, `took ${reserved.join(", ")} bytes`);
});

onBoard("a device that is killed again and again in its flash operations lives on", async () => {
	const tally = await killDevices({ kills: 6, seed: 1 });
	assert.ok(isClean(tally), JSON.stringify(tally));
	assert.ok(tally.kills >= 6 && tally.inErase + tally.inProgram > 0, JSON.stringify(tally));
});

test("a flash image that a killed process left is taken apart by the next run, unless a later run wrote", () => {
	const flash = mkdtempSync(join(folder, "left-"));
	writeFileSync(join(flash, "ca0"), Buffer.alloc(8192, 1));
	const image = composeFlashImage(flash);
	assert.throws(() => composeFlashImage(flash), /another device runs on this flash$/);

	const contents = readFileSync(image);
	contents.fill(2, 0, 16384);
	writeFileSync(image, contents);
	renameSync(image, join(flash, "qemu-rv32-4194305.img")); // no process has this number
	utimesSync(join(flash, "ca0"), new Date(), new Date(Date.now() + 86_400_000)); // written after the image
	takeFlashImageApart(composeFlashImage(flash), flash);

	assert.equal(readdirSync(flash).sort(), ["ca0", "ca1", "poll"]);
	assert.is(readFileSync(join(flash, "ca0"))[0], 1);
	assert.is(readFileSync(join(flash, "ca1"))[0], 2);
	assert.is(readFileSync(join(flash, "poll"))[0], 0xff);
	assert.not.ok(existsSync(image));
});

test.run();
