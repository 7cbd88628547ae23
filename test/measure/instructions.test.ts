import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { composeFlashImage } from "../../boards/qemu-rv32/flash-image.js";
import { measureRun, prepareRuns } from "../../measure/board-qemu.js";
import { count, prepare } from "../../measure/instructions/count.js";
import { costOf, profileOf, sumOf } from "../../measure/instructions/profile.js";

const missing = await missingTools();
function onBoard(name: string, body: () => Promise<void>) {
	missing ? test.skip(`${name} [${missing}]`, () => {}) : test(name, body);
}

const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
test.after(() => rmSync(folder, { recursive: true }));
const newFlash = () => composeFlashImage(mkdtempSync(join(folder, "flash-")));

const SLEPT = 50e6; // instructions that the emulator's clock makes of the program's sleep

onBoard("instructions are those that the processor counts, less what it slept through", async () => {
	const program = await prepare({ entry: "test/measure/program.ts", kernel: "c" });
	const { code, output, windows } = await count(program, {}, newFlash());
	assert.is(code, 0, output);
	const counted = windows.slice(1, -1).map(sumOf); // before the first mark, and after the last one
	const [sum, hash, flash, sleep] = JSON.parse(output.split("\n").find(line => line.startsWith("["))!);
	assert.equal(counted.slice(0, 3), [sum, hash, flash]); // flash's registers are devices'
	assert.ok(sleep < SLEPT / 100, `${sleep} instructions in a sleep`);
	assert.ok(Math.abs(counted[3]! - sleep) < 100, `${counted[3]} and ${sleep}`); // falling asleep, and waking up
});

onBoard("instructions count for the function of the program's that they are run for", async () => {
	const program = await prepare({ entry: "test/measure/program.ts", kernel: "c" });
	const counted = await count(program, {}, newFlash());
	const [sum, hash] = counted.windows.slice(1).map(window => profileOf(counted, window));
	const called = (name: string) => sum!.functions.find(one => one.name === name)!;
	assert.is(called("addAll").calls, 1);
	assert.is(called("add").calls, 7);
	assert.match(called("add").place, /^test\/measure\/program\.ts:9$/);

	const sha256 = hash!.functions[0]!;
	assert.match(`${sha256.name} ${sha256.place}`, /^sha256 firmware\/crypto\/c\/kernel\.ts:\d+$/);
	assert.is(hash!.modules[0]!.module, "firmware/crypto/c/kernel.ts");
	assert.ok(hash!.modules[0]!.kernel > hash!.modules[0]!.instructions / 2);
	assert.equal(hash!.c[0], { ...hash!.c[0]!, name: "compress", module: "firmware/crypto/c/sha256.c" });
});

onBoard("idle is not counted: however long a server takes, a session takes the same", async () => {
	const program = await prepareRuns("c");
	const costs = async (delay: number) => {
		const measured = await measureRun(program, { life: "classical", run: 0, delay }, newFlash());
		return measured.parts.map(({ name }, i) => ({ name, ...costOf(measured, measured.windows[2 * i + 1]!) }));
	};
	// Longer than the device works at a time: then it always sleeps, and the same number of times.
	const [boot, handshake, poll] = await costs(100);
	assert.equal(await costs(250), [boot, handshake, poll]);
	// What only replays is told apart.
	assert.is(boot!.name, "boot");
	assert.ok(boot!.stub < 10_000 && boot!.instructions > 100_000, JSON.stringify(boot));
	assert.ok(handshake!.stub > 100_000 && handshake!.stub < handshake!.instructions / 5, JSON.stringify(handshake));
});

onBoard("a QEMU that does not take the plugin is told, with what it said", async () => {
	const program = await prepare({ entry: "test/measure/program.ts", kernel: "c" });
	try {
		await count({ ...program, plugin: join(folder, "none.so") }, {}, newFlash());
		assert.unreachable();
	} catch (error) {
		assert.match((error as Error).message, /^qemu-system-riscv32 did not count: .*none\.so/s);
	}
});

test.run();
