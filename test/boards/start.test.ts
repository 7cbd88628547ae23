import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { exitCode } from "../../boards/exit-code.js";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import type { RunSettings } from "../../boards/settings.js";
import { type BoardOptions, engineOf, startBoard } from "../../boards/start.js";
import { dlKeyBytes } from "../../firmware/trust/dl-key.js";
import { closedPort } from "../closed-port.js";
import { hybridKey, issueHybrid } from "../firmware/trust/issue-hybrid.js";
import { toHex } from "../hex.js";
import { createWorld, SERVICE_NAME } from "../world.js";
import { newFolder, test as onSimulator } from "./simulator/simulate.js";

const world = await createWorld();
const flash = newFolder();
const nowhere = await closedPort();
/** The system's temporary folder, of this test alone: what is in it was put there by its devices. */
const temporary = (process.env.TMPDIR = newFolder());
test.after(async () => {
	for (const folder of [flash, temporary]) rmSync(folder, { recursive: true });
	await world.close();
});

/** A device whose service is at a port where nothing listens, unless `ports` say otherwise. */
async function start(
	board: BoardName,
	more: Partial<RunSettings>,
	options: Partial<BoardOptions> & { ports?: { [name: string]: number } } = {},
) {
	const { ports = { [SERVICE_NAME]: nowhere }, ...rest } = options;
	const lines: string[] = [];
	const complaints: string[] = [];
	let told = () => {};
	const device = await startBoard({
		board,
		settings: world.settings(ports, more),
		flash: join(flash, board),
		onLine(line) {
			lines.push(line);
			told();
		},
		onComplaint: line => complaints.push(line),
		...rest,
	});
	const line = (pattern: RegExp) =>
		new Promise<void>((resolve, reject) => {
			told = () => lines.some(line => pattern.test(line)) && resolve();
			told();
			device.exited.then(() =>
				reject(new Error(`ended without ${pattern}: ${lines.join("; ")} ${complaints.join("; ")}`)),
			);
		});
	const events = () => lines.filter(line => !line.startsWith("# "));
	return { ...device, lines, complaints, line, events };
}

function erase(board: BoardName) {
	rmSync(join(flash, board), { recursive: true, force: true });
}

const missing = await missingTools();
if (missing) test.skip(`a device on the qemu-rv32 board: ${missing}`, () => {});

for (const board of ["node", "simulator", ...(missing ? [] : ["qemu-rv32" as const])] as const) {
	const on = board === "simulator" ? onSimulator : test;
	const clean = () => erase(board);

	on(`${board}: a device authenticates a real server, polls once, and ends with 0`, async () => {
		clean();
		const server = await world.applicationServer(1);
		const device = await start(board, { once: true }, { ports: { [SERVICE_NAME]: server.port } });
		assert.is(await device.exited, 0);
		assert.match(engineOf(device.lines[0])!, board === "node" ? `node ${process.versions.node}` : "XS 13.3.0");
		assert.equal(device.complaints, []);
		const [repaired, boot, authenticated, ...poll] = device.events();
		assert.match(repaired, /^repaired partition=ca0 generation=1 /);
		assert.is(boot, "boot current=1 next=-");
		assert.is(authenticated, "authenticated server=service generation=1 slot=current");
		assert.match(poll.join(), /^poll generation=1,none reason=/);
	});

	on(`${board}: a device that could not authenticate its service ends with 1`, async () => {
		clean();
		const device = await start(board, { once: true });
		assert.is(await device.exited, 1);
		assert.ok(device.events().some(line => line.includes('reason="connection refused"')));
	});

	on(`${board}: stop ends a run with 0, and its settings are gone`, async () => {
		clean();
		const device = await start(board, { once: false });
		await device.line(/^failed/);
		assert.is(await device.stop(), 0);
		assert.equal(readdirSync(temporary), []);
	});

	on(`${board}: kill is a power cut, after which the flash holds what was stored`, async () => {
		clean();
		const first = await start(board, { once: false });
		await first.line(/^boot/);
		first.kill();
		assert.is(await first.exited, 137);
		const second = await start(board, { once: true });
		await second.exited;
		assert.is(second.events()[0], "boot current=1 next=-");
	});

	on(`${board}: a run of limited time ends by itself`, async () => {
		clean();
		const started = Date.now();
		const device = await start(board, { once: false, runFor: 400 });
		assert.is(await device.exited, 0);
		assert.ok(Date.now() - started >= 400);
	});

	on(`${board}: settings that the firmware cannot use end it with a code of their own`, async () => {
		clean();
		for (const wrong of [{ factory: "00" }, { service: "http://plain.example/" }, { dlKeys: ["11".repeat(32)] }]) {
			const device = await start(board, wrong);
			assert.is(await device.exited, exitCode.unusable, JSON.stringify(wrong));
			assert.ok([...device.lines.slice(1), ...device.complaints].length > 0);
			assert.equal(device.events(), []);
		}
	});

	on(
		`${board}: a pair is its DL key, unless the build has no HSS/LMS: then it does not start, and says why`,
		async () => {
			clean();
			const hybrid = {
				fleet: "fleet.example",
				factory: toHex(issueHybrid({ generation: 1 })),
				dlKeys: [toHex(dlKeyBytes(hybridKey.publicKey))],
				once: true,
			};
			const device = await start(board, hybrid);
			assert.is(await device.exited, 1); // nobody is at its service's port
			assert.ok(device.events().includes("boot current=1 next=-"));
			const without = await start(board, hybrid, { without: ["hss-lms"] });
			assert.is(await without.exited, exitCode.unusable);
			assert.match([...without.lines, ...without.complaints].join("\n"), /this build has no HSS\/LMS for its DL keys/);
		},
	);

	on(`${board}: a flash image of another size ends it with a code and a line, and stays as it is`, async () => {
		clean();
		const device = await start(board, { once: true });
		await device.exited;
		writeFileSync(join(flash, board, "ca1"), "too short");
		const next = await start(board, { once: true });
		assert.is(await next.exited, exitCode.unusable);
		assert.match(next.complaints[0], /ca1: expected 8192 bytes, got 9$/);
	});
}

onSimulator("simulator: a memory ceiling that is too small ends it with a code and a line", async () => {
	erase("simulator");
	const device = await start("simulator", { once: true }, { memory: 300_000 });
	assert.is(await device.exited, exitCode.memory);
	assert.equal(device.complaints, ["XS: memory full: 300000 bytes are not enough"]);
	assert.is(device.lines[0], "# XS 13.3.0, 300000 bytes");
});

onSimulator("simulator: with the C kernel the same device does the same", async () => {
	const server = await world.applicationServer(1);
	erase("simulator");
	const device = await start("simulator", { once: true }, { ports: { [SERVICE_NAME]: server.port }, kernel: "c" });
	assert.is(await device.exited, 0);
	assert.ok(device.events().includes("authenticated server=service generation=1 slot=current"));
});

test("a board that does not exist is refused", async () => {
	try {
		await start("abacus" as BoardName, {});
		assert.unreachable();
	} catch (error) {
		assert.is((error as Error).message, "there is no board named abacus");
	}
});

test.run();
