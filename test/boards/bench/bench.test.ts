// Boards that run what the Moddable SDK has built, without the SDK: the flash file, what is said where something is
// missing, and stand-ins for the emulator, for esptool and for a board's serial line, which replay a recorded console.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeFlashFile, placeOf, places, takePartitions } from "../../../boards/bench/flash-file.js";
import { settingsImage } from "../../../boards/bench/settings-image.js";
import { partitionSizes, SETTINGS_LENGTH } from "../../../boards/partitions.js";
import { root } from "../../../boards/places.js";
import type { SdkBoard } from "../../../boards/platforms.js";
import { startBoard } from "../../../boards/start.js";
import { readSettings } from "../../../firmware/settings.js";
import { genuineLines, genuineSizes } from "../../../measure/genuine.js";
import { eventually } from "../../eventually.js";
import { createWorld, SERVICE_NAME } from "../../world.js";
import { newFolder } from "../simulator/simulate.js";

const world = await createWorld();
const folder = newFolder();
const images = join(folder, "images");
mkdirSync(images);
const image = (length: number, ...head: number[]) => Buffer.concat([Buffer.from(head), Buffer.alloc(length, 0x5a)]);
const made: [file: string, bytes: Buffer][] = [
	["bootloader.bin", image(20_000, 0xe9)],
	["partition-table.bin", image(3000, 0xaa, 0x50)],
	["xs_esp32.bin", image(1_200_000, 0xe9)],
];
for (const [file, bytes] of made) writeFileSync(join(images, file), bytes);

const settings = join(folder, "settings.json");
writeFileSync(settings, JSON.stringify(world.settings({ [SERVICE_NAME]: 4433 })));

/** A flash folder whose slots hold something. */
function flashFolder(): string {
	const flash = newFolder();
	writeFileSync(join(flash, "ca0"), Buffer.alloc(partitionSizes.ca0, 1));
	writeFileSync(join(flash, "poll"), Buffer.alloc(partitionSizes.poll, 2));
	return flash;
}

test("the flash file has each part where Espressif and partitions.csv say, and erased flash between", () => {
	const flash = flashFolder();
	const whole = composeFlashFile({ images, settings: settingsImage(settings), flash });
	assert.is(whole.length, 4 << 20);
	assert.equal(
		[0, 0x8000, 0x10000].map(offset => whole[offset]),
		[0xe9, 0xaa, 0xe9],
	);
	assert.is(whole[0x7000], 0xff);
	assert.is(whole[placeOf("ca0").offset], 1);
	assert.is(whole[placeOf("ca1").offset], 0xff); // absent: erased
	assert.is(whole[placeOf("poll").offset], 2);
	const read = (length: number, offset: number) =>
		new Uint8Array(whole.subarray(placeOf("settings").offset + offset, placeOf("settings").offset + offset + length));
	assert.is(readSettings(read).fleet, world.fleet);
	assert.is(composeFlashFile({ images, settings: settingsImage(settings), flash, chip: "esp32" })[0x1000], 0xe9);
	assert.equal(
		places().find(({ name }) => name === "settings"),
		{ name: "settings", offset: 0x1f5000, bytes: SETTINGS_LENGTH },
	);
});

test("partitions go into the flash file and come out of it as they were", () => {
	const flash = flashFolder();
	const file = join(flash, "flash.bin");
	writeFileSync(file, composeFlashFile({ images, settings: settingsImage(settings), flash }));
	const out = newFolder();
	takePartitions(file, out);
	for (const [name, first] of [
		["ca0", 1],
		["ca1", 0xff],
		["poll", 2],
	] as const)
		assert.equal(readFileSync(join(out, name)), Buffer.alloc(partitionSizes[name], first), name);
});

test("names lead to this machine as the emulator's network has it", () => {
	const bytes = settingsImage(settings, "10.0.2.2");
	const { map } = readSettings((length, offset) => bytes.slice(offset, offset + length));
	assert.equal(map, [{ host: SERVICE_NAME, address: "10.0.2.2", toPort: 4433 }]);
});

test("an image that is missing, too long, or something else is a sentence", () => {
	const wrong = newFolder();
	const compose = () => composeFlashFile({ images: wrong, settings: settingsImage(settings), flash: newFolder() });
	assert.throws(compose, /bootloader.bin is not there: it is made by mcconfig/);
	for (const [file, bytes] of made) writeFileSync(join(wrong, file), bytes);
	writeFileSync(join(wrong, "xs_esp32.bin"), image(0x1e0000, 0xe9));
	assert.throws(compose, /1966081 bytes, but there is room for 1966080/);
	writeFileSync(join(wrong, "xs_esp32.bin"), image(10, 0x7f));
	assert.throws(compose, /xs_esp32.bin is not what its name says/);
});

test("what is missing is said, a sentence each with what to install", async () => {
	const nowhere = newFolder();
	const names = ["MODDABLE", "IDF_PATH", "DISPLAY", "HOME", "PATH"] as const;
	const kept = names.map(name => [name, process.env[name]] as const);
	const cases: [board: SdkBoard, sentences: RegExp[], environment?: NodeJS.ProcessEnv, port?: string][] = [
		["sdk-linux", [/MODDABLE is not set: .*xs-dev setup/, /mcsim is not there/, /DISPLAY is not set/]],
		["sdk-linux", [/mcconfig is not there: MODDABLE has to name a built/], { MODDABLE: nowhere }],
		[
			"esp32c3-qemu",
			[/MODDABLE is not set/, /IDF_PATH is not set/, /no qemu-system-riscv32 here knows -M esp32c3: `idf_tools.py/],
		],
		["esp32c3-qemu", [/export.sh is not there: IDF_PATH has to name ESP-IDF/], { IDF_PATH: nowhere }],
		["esp32c3", [/which port is the board at\? --port/]],
		["esp32", [/MODDABLE is not set/, /no esptool here/], {}, "/dev/null"],
	];
	try {
		for (const [board, sentences, environment = {}, port] of cases) {
			for (const name of names) delete process.env[name];
			Object.assign(process.env, { HOME: nowhere, PATH: nowhere, ...environment });
			const options = { board, flash: newFolder(), settings: world.settings({}), bench: { port }, onLine() {} };
			const told = await startBoard(options).then(
				() => "it began",
				(error: Error) => error.message,
			);
			for (const sentence of sentences) assert.match(told, sentence);
		}
	} finally {
		for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
	}
});

test("npm start ends with code 2 then", () => {
	const { MODDABLE: _, ...env } = process.env;
	const args = ["bin/baton.js", "start", "--board", "sdk-linux"];
	const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env });
	assert.is(status, 2, stderr);
	assert.match(stderr, /^baton: MODDABLE is not set/);
});

test("the genuine image is measured against its budget", () => {
	const linked = join(folder, "mc.xs.c");
	writeFileSync(linked, "#define mxAliasCount 93\n#define mxHeapCount 12029\n");
	const within = genuineSizes(images, linked, { image: 1_400_000, preloadedSlots: 13_500 });
	assert.equal([within.image, within.preloadedSlots, within.over], [1_200_001, 12_029, []]);
	assert.match(genuineLines(within)[0], /1,200,001 +1,966,080 \(61 %\)/);
	const { over } = genuineSizes(images, linked, { image: 1_000_000, preloadedSlots: 12_000 });
	assert.equal(over, [
		"image: 1200001 bytes, the budget is 1000000",
		"preloaded objects: 12029 slots, the budget is 12000",
	]);
	assert.is(genuineSizes(images, join(folder, "absent"), { image: 1, preloadedSlots: 1 }).preloadedSlots, undefined);
	assert.throws(() => genuineSizes(folder, linked, { image: 1, preloadedSlots: 1 }), /xs_esp32.bin is not there/);
});

const recorded = [
	"ESP-ROM:esp32c3-api1-20210207",
	'repaired partition=ca0 generation=1 reason="factory CA information stored"',
	"boot current=1 next=-",
	"# ethernet: connected, 10.0.2.15",
	"authenticated server=service generation=1 slot=current",
];
const consoleFile = join(folder, "console");
writeFileSync(consoleFile, `${recorded.join("\r\n")}\r\n`);

/** A shell script. */
function standIn(name: string, script: string): string {
	const path = join(folder, name);
	writeFileSync(path, `#!/bin/sh\n${script}`);
	chmodSync(path, 0o755);
	return path;
}

/** Starts the device, waits for the recorded console, cuts its power. Gives its lines, and its flash folder. */
async function live(board: "esp32c3-qemu" | "esp32c3", bench?: { port: string; power?: string }) {
	const lines: string[] = [];
	const flash = flashFolder();
	const device = await startBoard({
		board,
		bench,
		flash,
		settings: world.settings({ [SERVICE_NAME]: 4433 }),
		onLine: line => lines.push(line),
	});
	let hasEnded = false;
	void device.exited.then(() => (hasEnded = true));
	await eventually("the recorded console", () => {
		if (hasEnded) throw new Error(`ended: ${lines.join("; ")}`);
		return lines.length >= recorded.length;
	});
	device.kill();
	await device.exited;
	return { lines, flash };
}

test("esp32c3-qemu: the console comes line by line, and a power cut leaves what flash holds (a stand-in)", async () => {
	process.env.BATON_ESP32C3_IMAGES = images;
	// It writes to `ca1` as a device would, replays the console, and stays until it is killed.
	process.env.BATON_QEMU_ESP32C3 = standIn(
		"qemu",
		`[ "$2" = help ] && { echo "esp32c3              Espressif ESP32C3 machine"; exit; }
for word; do case "$word" in file=*) file=\${word#file=}; file=\${file%%,*};; esac; done
printf '\\000' | dd of="$file" bs=1 seek=${placeOf("ca1").offset} conv=notrunc 2>/dev/null
cat ${consoleFile}
exec sleep 600
`,
	);
	const { lines, flash } = await live("esp32c3-qemu");
	assert.equal(lines, recorded);
	assert.equal(
		["ca0", "ca1", "poll"].map(name => readFileSync(join(flash, name))[0]),
		[1, 0, 2],
	);
	assert.not(existsSync(join(flash, "flash.bin")));
});

test("BATON_ESP_EMULATOR's command is run in QEMU's place, with the flash file (a stand-in)", async () => {
	process.env.BATON_ESP32C3_IMAGES = images;
	const emulator = standIn(
		"esp emulator",
		`printf '\\000' | dd of="$2" bs=1 seek=${placeOf("ca1").offset} conv=notrunc 2>/dev/null
cat ${consoleFile}
exec sleep 600
`,
	);
	process.env.BATON_ESP_EMULATOR = `'${emulator}' --flash {flash}`;
	try {
		const { lines, flash } = await live("esp32c3-qemu");
		assert.equal(lines, recorded);
		assert.is(readFileSync(join(flash, "ca1"))[0], 0);
		assert.not(existsSync(join(flash, "flash.bin")));
	} finally {
		process.env.BATON_ESP_EMULATOR = "";
	}
});

/** A pseudo-terminal: what goes into the pipe comes out of the line. */
async function serialLine() {
	const pipe = join(folder, "line");
	const name = join(folder, "tty");
	execFileSync("mkfifo", [pipe]);
	const command = `tty > ${name}; stty raw -echo; exec sleep 600`;
	const holder = spawn("sh", ["-c", `exec script -qfc '${command}' /dev/null <> ${pipe}`], { stdio: "ignore" });
	await eventually("a pseudo-terminal", () => existsSync(name) && readFileSync(name, "utf8").includes("/dev/"));
	return { port: readFileSync(name, "utf8").trim(), pipe, close: () => holder.kill() };
}

test("esp32c3: esptool flashes, the line is read, the board is reset and read back (a pseudo-terminal and a stand-in)", async () => {
	const line = await serialLine();
	const chip = join(folder, "chip"); // its flash
	writeFileSync(chip, Buffer.alloc(4 << 20, 0xff));
	const calls = join(folder, "calls");
	process.env.BATON_ESPTOOL = standIn(
		"esptool",
		`[ "$1" = version ] && exit
echo "$@" >> ${calls}
shift 8
case $1 in
	write-flash) dd if="$3" of=${chip} bs=4096 seek=$(($2 / 4096)) conv=notrunc 2>/dev/null;;
	read-flash) dd if=${chip} of="$4" bs=4096 skip=$(($2 / 4096)) count=$(($3 / 4096)) 2>/dev/null;;
	run) cat ${consoleFile} > ${line.pipe};;
esac
`,
	);
	try {
		const first = await live("esp32c3", { port: line.port });
		assert.equal(first.lines, recorded);
		assert.is(readFileSync(chip)[0x10000], 0xe9);
		assert.equal(readFileSync(join(first.flash, "ca0")), Buffer.alloc(partitionSizes.ca0, 1));
		await live("esp32c3", { port: line.port });
	} finally {
		line.close();
	}
	const words = readFileSync(calls, "utf8").trim().split("\n");
	assert.equal(
		words.map(call =>
			call
				.split(" ")
				.slice(4, 10)
				.join(" ")
				.replace(/ \S*flash.bin$/, ""),
		),
		[
			"--before default-reset --after no-reset write-flash 0x0",
			"--before no-reset --after hard-reset run",
			"--before default-reset --after no-reset read-flash 0x1f0000",
			"--before default-reset --after no-reset write-flash 0x1f0000", // the firmware is there already
			"--before no-reset --after hard-reset run",
			"--before default-reset --after no-reset read-flash 0x1f0000",
		],
	);
});

test.run();
