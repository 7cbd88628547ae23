// The engines that test files run on: what each needs, which files it takes, how it runs one.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleOnce, root } from "../boards/bundle.js";
import { buildSimulator } from "../boards/simulator/build.js";

export interface Engine {
	/** As `--engine` names it; engines with one name run together. */
	name: "node" | "xs" | "qemu-rv32";
	title: string;
	/** Makes the engine ready. Gives the reason why it cannot be used here, or undefined. */
	prepare(): Promise<string | undefined>;
	takes(file: string): boolean;
	/** A process that runs this test file and prints uvu's last lines. */
	command(file: string): Promise<{ file: string; args: string[] }>;
}

const isFirmware = (file: string) => file.startsWith("test/firmware/");
const isCrypto = (file: string) => file.startsWith("test/firmware/crypto/");

/** The vectors are megabytes of text; a device's ceiling is the concern of tests of its own. */
const memoryOnXS = 512 << 20; // bytes

const node: Engine = {
	name: "node",
	title: `node ${process.versions.node}`,
	async prepare() {
		return undefined;
	},
	takes: () => true,
	async command(file) {
		const skips = pathToFileURL(join(root, "test/on-node/report-skips.js")).href;
		// The firmware's tests are bundled, as on every engine: they import vectors by name.
		const program = isFirmware(file) ? [await bundleOnce({ entry: file, engine: "node" })] : ["bin/run.js", file];
		return { file: process.execPath, args: ["--import", skips, ...program] };
	},
};

function xs(title: string, kernel: "typescript" | "c", takes: (file: string) => boolean): Engine {
	return {
		name: "xs",
		title,
		takes,
		async prepare() {
			return buildSimulator().then(
				() => undefined,
				(error: Error) => error.message,
			);
		},
		async command(file) {
			const program = await bundleOnce({ entry: file, engine: "xs", kernel });
			return { file: await buildSimulator(), args: ["--memory", String(memoryOnXS), program] };
		},
	};
}

const hasCKernel = existsSync(join(root, "firmware/crypto/c/kernel.ts"));

export const engines: Engine[] = [
	node,
	xs("XS 13.3.0", "typescript", isFirmware),
	...(hasCKernel ? [xs("XS 13.3.0 with the C kernel", "c", isCrypto)] : []),
];

/** Skips that are accepted in CI, each with the reason why nothing else can be done. */
export const allowedSkips: { test: RegExp; reason: string }[] = [];
