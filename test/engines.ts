// The engines that test files run on: what each needs, which files it takes, how it runs one.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleOnce, root } from "../boards/bundle.js";
import { platforms } from "../boards/platforms.js";
import { buildBoard } from "../boards/qemu-rv32/build.js";
import { programCommand } from "../boards/qemu-rv32/command.js";
import { buildSimulator, engineVersion } from "../boards/simulator/build.js";

export interface Command {
	file: string;
	args: string[];
}

export interface Engine {
	/** As `--engine` names it; engines with one name run together. */
	name: "node" | "xs" | "qemu-rv32";
	title: string;
	/** Makes the engine ready. Gives the reason why it cannot be used here, or undefined. */
	prepare(): Promise<string | undefined>;
	takes(file: string): boolean;
	/** What one file usually takes. */
	usualSeconds: number;
	/** A process that runs this test file and prints uvu's last lines. */
	command(file: string): Promise<Command>;
}

/** The same file on every engine; the others are Node's own. */
function isPortable(file: string) {
	return file.startsWith("test/firmware/") || file === "test/on-xs/assert.test.ts";
}
/** Tests of what stands in C beside TypeScript. */
function isInC(file: string) {
	return file.startsWith("test/firmware/crypto/") || file === "test/firmware/bytes.test.ts";
}

/** The vectors are megabytes of text; a device's ceiling is the concern of tests of its own. */
const MEMORY_ON_XS = 512 << 20; // bytes
const MEMORY_ON_QEMU = 192 << 20; // bytes

const node: Engine = {
	name: "node",
	title: `node ${process.versions.node}`,
	usualSeconds: 2,
	async prepare() {
		return undefined;
	},
	takes: () => true,
	async command(file) {
		const reports = pathToFileURL(join(root, "test/on-node/report-tests.js")).href;
		// What is portable is bundled, as on every engine: it imports vectors by name.
		const program = isPortable(file)
			? [await bundleOnce({ entry: file, engine: "node", sourceMap: process.env.NODE_V8_COVERAGE ? "inline" : false })]
			: ["bin/run.js", file];
		return { file: process.execPath, args: ["--import", reports, ...program] };
	},
};

function xs(title: string, kernel: "typescript" | "c", takes: (file: string) => boolean): Engine {
	return {
		name: "xs",
		title,
		usualSeconds: 3,
		takes,
		async prepare() {
			return buildSimulator().then(
				() => undefined,
				(error: Error) => error.message,
			);
		},
		async command(file) {
			const program = await bundleOnce({ entry: file, engine: "xs", kernel });
			return { file: await buildSimulator(), args: ["--memory", String(MEMORY_ON_XS), program] };
		},
	};
}

/** The firmware as its own board has it. */
const qemu: Engine = {
	name: "qemu-rv32",
	title: `${engineVersion} on rv32imc (QEMU)`,
	usualSeconds: 20, // a processor that is emulated
	takes: isPortable,
	async prepare() {
		return buildBoard().then(
			() => undefined,
			(error: Error) => error.message,
		);
	},
	async command(file) {
		const script = await bundleOnce({ entry: file, engine: "xs", kernel: platforms["qemu-rv32"].kernel });
		return programCommand(script, { memory: MEMORY_ON_QEMU });
	},
};

export const engines: Engine[] = [
	node,
	xs(engineVersion, "typescript", isPortable),
	xs(`${engineVersion} with the C kernel`, "c", isInC),
	qemu,
];

/** Skips that are accepted in CI, each with the reason why nothing else can be done. None: CI installs what it needs. */
export const allowedSkips: { test: RegExp; reason: string }[] = [];
