// `npm run sizes -- [--json]`: how large the firmware is on the qemu-rv32 board, an ESP32-C3's instruction set, split by
// part: what is in flash on a chip, and which memory is taken before XS has any. From the linker's map; nothing is run.
// Where the Moddable SDK and ESP-IDF are at hand (MODDABLE, IDF_PATH), or BATON_ESP32C3_IMAGES names a folder that they
// made: the genuine image too, against its budget. Beyond that it ends with code 1.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildByMcconfig } from "../boards/bench/images.js";
import { bundle } from "../boards/bundle.js";
import { root } from "../boards/places.js";
import { bundleFirmware, platforms } from "../boards/platforms.js";
import { buildBoard, compileBytecode, linkMapOf, missingTools } from "../boards/qemu-rv32/build.js";
import { type Genuine, genuineLines, genuineSizes } from "./genuine.js";
import { type Part, partsOf } from "./link-map.js";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const missing = await missingTools();
if (missing) {
	console.error(`sizes: ${missing}`);
	process.exit(2);
}

const parts = partsOf(readFileSync(linkMapOf(await buildBoard()), "utf8"));
const bytecode = statSync(await compileBytecode(await bundleFirmware("qemu-rv32"))).size;
const modules = await shares(bytecode);

const genuine = await genuineImage();
if (genuine && genuine.over.length > 0) process.exitCode = 1;

if (values.json) {
	console.log(JSON.stringify({ parts, bytecode, modules, genuine }));
} else {
	const row = (name: string, flash: number, memory?: number) =>
		console.log(`${name.padEnd(34)} ${bytes(flash)} ${memory === undefined ? "" : bytes(memory)}`);
	console.log(`${"bytes".padEnd(34)} ${"flash".padStart(9)} ${"memory".padStart(9)}`);
	for (const [name, { flash, memory }] of Object.entries(parts)) row(name, flash, memory);
	row("bytecode of the firmware", bytecode);
	for (const [name, share] of Object.entries(modules)) row(`  ${name}, about`, share);
	const total = (what: keyof Part) => Object.values(parts).reduce((sum, part) => sum + part[what], 0);
	row("all", total("flash") + bytecode, total("memory"));
	for (const line of genuine ? genuineLines(genuine) : []) console.log(line);
	console.log("XS's own memory and the C stack are not in it: npm run bench -- --board qemu-rv32");
}

async function genuineImage(): Promise<Genuine | undefined> {
	const { MODDABLE, IDF_PATH, BATON_ESP32C3_IMAGES } = process.env;
	if (!BATON_ESP32C3_IMAGES && !(MODDABLE && IDF_PATH)) return undefined;
	const images =
		BATON_ESP32C3_IMAGES ??
		(await buildByMcconfig({ platform: "esp32/esp32c3", manifest: "manifest.json", result: "release/baton" }));
	const linked = join(images.replace(/\/bin\/(?=esp32\/)/, "/tmp/"), "mc.xs.c");
	const budget = JSON.parse(readFileSync(join(root, "boards/esp32c3/budget.json"), "utf8"));
	return genuineSizes(images, linked, budget);
}

function bytes(count: number): string {
	return count.toLocaleString("en").padStart(9);
}

/** The bytecode's length, divided as the modules' minified texts are. */
async function shares(length: number): Promise<Record<string, number>> {
	const { entry, kernel } = platforms["qemu-rv32"];
	const { outputs } = await bundle({ entry, kernel, engine: "xs", minify: true, outfile: "sizes.js", write: false });
	const [{ inputs }] = Object.values(outputs);
	const texts: Record<string, number> = {};
	let all = 0;
	for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
		const name =
			/^firmware\/(tls|x509|trust|crypto)\//.exec(file)?.[1] ?? (file.startsWith("boards/") ? "board" : "other");
		texts[name] = (texts[name] ?? 0) + bytesInOutput;
		all += bytesInOutput;
	}
	return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Math.round((length * text) / all)]));
}
