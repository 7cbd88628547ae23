import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { newFolder, simulate, simulated, test } from "./simulate.js";

let flash: string;
test.before.each(() => {
	flash = newFolder();
});
test.after.each(() => rmSync(flash, { recursive: true }));
function options() {
	return { arguments: ["--flash", flash] };
}
function image(partition: string) {
	return readFileSync(join(flash, partition));
}

test("partitions that are absent are made, erased, and nothing else is left in the folder", async () => {
	const { lines, code } = await simulated(
		({ natives: { flashSize, flashRead, print, exit } }) => {
			for (const name of ["ca0", "ca1", "poll", "nvs"]) print(`${name} ${flashSize(name)}`);
			print(String(new Uint8Array(flashRead("poll", 4096, 0)).every(byte => byte === 0xff)));
			exit(0);
		},
		null,
		options(),
	);
	assert.is(code, 0);
	assert.equal(lines, ["ca0 8192", "ca1 8192", "poll 4096", "nvs 0", "true"]);
	assert.equal(readdirSync(flash).sort(), ["ca0", "ca1", "poll"]);
	for (const [name, bytes] of [
		["ca0", 8192],
		["ca1", 8192],
		["poll", 4096],
	] as const)
		assert.ok(image(name).equals(Buffer.alloc(bytes, 0xff)));
});

test("without a flash folder there are no partitions", async () => {
	const { lines } = await simulated(({ natives: { flashSize, flashRead, print, exit } }) => {
		print(String(flashSize("ca0")));
		try {
			flashRead("ca0", 4, 0);
		} catch (error) {
			print(String(error));
		}
		exit(0);
	}, null);
	assert.equal(lines, ["0", "Error: no such partition"]);
});

test("programming clears bits and sets none; erasing sets those of one block", async () => {
	await simulated(
		({ natives: { flashWrite, flashErase, exit } }) => {
			flashWrite("ca0", Uint8Array.of(0xf0, 0x0f, 0xff, 0x00), 4092);
			flashWrite("ca0", Uint8Array.of(0x3c, 0xff, 0x81, 0xff, 1, 2, 3, 4), 4092);
			flashWrite("ca1", Uint8Array.of(0, 0, 0, 0), 0);
			flashWrite("ca1", Uint8Array.of(0, 0, 0, 0), 4096);
			flashErase("ca1", 1);
			exit(0);
		},
		null,
		options(),
	);
	assert.equal([...image("ca0").subarray(4092, 4100)], [0x30, 0x0f, 0x81, 0, 1, 2, 3, 4]);
	assert.is(image("ca0").filter(byte => byte !== 0xff).length, 8);
	assert.is(image("ca1").readUInt32LE(0), 0);
	assert.ok(
		image("ca1")
			.subarray(4)
			.every(byte => byte === 0xff),
	);
});

test("what is not aligned, or not inside the partition, is refused and changes nothing", async () => {
	const { lines } = await simulated(
		({ natives: { flashWrite, flashErase, flashRead, print, exit } }) => {
			const attempts: (() => unknown)[] = [
				() => flashWrite("poll", new Uint8Array(4), 2),
				() => flashWrite("poll", new Uint8Array(3), 0),
				() => flashWrite("poll", new Uint8Array(8), 4092),
				() => flashWrite("poll", new Uint8Array(4), 4096),
				() => flashWrite("poll", new Uint8Array(4), -4),
				() => flashWrite("poll", new Uint8Array(4), 2 ** 32),
				() => flashWrite("poll", new Uint8Array(4), NaN),
				() => flashWrite("poll", "text" as any, 0),
				() => flashErase("poll", 1),
				() => flashErase("poll", -1),
				() => flashErase("poll", 0.5),
				() => flashRead("poll", 4097, 0),
				() => flashRead("poll", 1, 4096),
				() => flashRead("poll", -1, 0),
				() => flashRead("none", 1, 0),
			];
			for (const attempt of attempts) {
				try {
					attempt();
					print(`accepted ${attempt}`);
				} catch (error) {
					print(String(error));
				}
			}
			exit(0);
		},
		null,
		options(),
	);
	const steps = (most: number, unit: number) => `RangeError: expected 0 to ${most} in steps of ${unit}`;
	assert.equal(lines.slice(0, 7), [
		steps(4096, 4),
		steps(4096, 4),
		steps(4, 4),
		steps(0, 4),
		...Array(3).fill(steps(4096, 4)),
	]);
	assert.match(lines[7], /^TypeError/);
	assert.equal(lines.slice(8), [
		...Array(3).fill(steps(0, 1)),
		steps(4096, 1),
		steps(0, 1),
		steps(4096, 1),
		"Error: no such partition",
	]);
	assert.ok(image("poll").every(byte => byte === 0xff));
});

test("the port has the shape of embedded:storage/flash, and erases ranges of blocks", async () => {
	const { lines } = await simulated(
		({ xsBoard, natives: { print, exit } }) => {
			const board = xsBoard([]);
			const ca0 = board.openFlash("ca0")!;
			print(String(board.openFlash("nvs" as any)));
			print(JSON.stringify(ca0.status()));
			ca0.write(new Uint8Array(8192), 0);
			ca0.eraseBlock(0, 2);
			print(String(new Uint8Array(ca0.read(8192, 0)).every(byte => byte === 0xff)));
			ca0.close();
			for (const attempt of [() => ca0.read(4, 0), () => ca0.eraseBlock(1, 1)]) {
				try {
					attempt();
				} catch (error) {
					print(String(error));
				}
			}
			exit(0);
		},
		null,
		options(),
	);
	assert.equal(lines, [
		"undefined",
		'{"size":8192,"blockLength":4096,"blocks":2}',
		"true",
		"Error: partition ca0 is closed",
		"RangeError: expected blocks, got 1 to 1",
	]);
});

test("every operation that returned is in the file after SIGKILL, at whatever instant it comes", async () => {
	for (let cut = 0; cut < 8; cut++) {
		rmSync(flash, { recursive: true });
		mkdirSync(flash);
		const device = await simulate(
			({ natives: { flashWrite, print, timerSet } }) => {
				let offset = 0;
				const step = () => {
					for (let i = 0; i < 4 && offset < 8192; i++, offset += 4) {
						flashWrite("ca0", Uint8Array.of(offset >> 8, offset & 0xff, 0x55, 0xaa), offset);
						print(String(offset));
					}
					timerSet(step, 0);
				};
				step();
			},
			null,
			options(),
		);
		await device.line(new RegExp(`^${40 + 200 * cut}$`));
		device.signal("SIGKILL");
		const { code, lines } = await device.ended;
		assert.is(code, 137);
		const acknowledged = Number(lines.at(-1));
		const cells = image("ca0");
		for (let offset = 0; offset <= acknowledged; offset += 4)
			assert.is(
				cells.readUInt32BE(offset),
				(((offset >> 8) << 24) | ((offset & 0xff) << 16) | 0x55aa) >>> 0,
				String(offset),
			);
		// At most the one after it was under way.
		assert.ok(cells.subarray(acknowledged + 8).every(byte => byte === 0xff));
	}
});

test("what one run stored the next one reads", async () => {
	await simulated(
		({ natives: { flashWrite, exit } }) => {
			flashWrite("poll", Uint8Array.of(1, 2, 3, 4), 100);
			exit(0);
		},
		null,
		options(),
	);
	const { lines } = await simulated(
		({ natives: { flashRead, print, exit } }) => {
			print(new Uint8Array(flashRead("poll", 6, 99)).join());
			exit(0);
		},
		null,
		options(),
	);
	assert.equal(lines, ["255,1,2,3,4,255"]);
});

test("an image of another size is refused and left as it is", async () => {
	writeFileSync(join(flash, "ca1"), "short");
	const { code, complaints, lines } = await simulated(({ natives: { print } }) => print("ran"), null, options());
	assert.is(code, 2);
	assert.equal(complaints, [`simulator: ${join(flash, "ca1")}: expected 8192 bytes, got 5`]);
	assert.equal(lines, []);
	assert.is(image("ca1").toString(), "short");
});

test("a folder in an image's place, or no flash folder, is refused", async () => {
	mkdirSync(join(flash, "poll"));
	const folder = await simulated(() => {}, null, options());
	assert.is(folder.code, 2);
	assert.match(folder.complaints[0], /poll: Is a directory/);
	const absent = await simulated(() => {}, null, { arguments: ["--flash", join(flash, "absent")] });
	assert.is(absent.code, 2);
	assert.match(absent.complaints[0], /ca0: No such file or directory/);
});

test("two devices cannot run on one flash", async () => {
	const first = await simulate(
		({ natives: { print, timerSet } }) => {
			print("up");
			timerSet(() => {}, 60000);
		},
		null,
		options(),
	);
	await first.line(/up/);
	const second = await simulated(() => {}, null, options());
	assert.is(second.code, 2);
	assert.match(second.complaints[0], /ca0: another device runs on this flash/);
	first.signal("SIGKILL");
	await first.ended;
	const third = await simulated(({ natives: { exit } }) => exit(0), null, options());
	assert.is(third.code, 0);
});

test.run();
