// The one place where a platform is chosen for the boards without the Moddable SDK: which engine runs a board, where
// its program begins, which crypto kernel its firmware has, how it is started. bundle.ts does as it is told here. (With
// the SDK the manifests choose: moddable/manifest.json.)

import type { BoardCommand } from "./board-command.js";
import { bundleOnce, type Engine, type Kernel } from "./bundle.js";

export type BoardName = "simulator" | "node" | "qemu-rv32";

/** Boards that run what the Moddable SDK has built, where it is at hand (bench/). */
export type SdkBoard = "sdk-linux" | "esp32c3-qemu" | "esp32" | "esp32c3";

interface Platform {
	engine: Engine;
	entry: string; // path from the root
	kernel: Kernel; // unless whoever starts the board wants another
	load(): Promise<{ command: BoardCommand }>;
}

export const platforms: Readonly<Record<BoardName, Platform>> = {
	simulator: {
		engine: "xs",
		entry: "boards/simulator/boot.ts",
		kernel: "typescript",
		load: () => import("./simulator/command.js"),
	},
	node: {
		engine: "node",
		entry: "boards/node/boot.ts",
		kernel: "typescript",
		load: () => import("./node/command.js"),
	},
	"qemu-rv32": {
		engine: "xs",
		entry: "boards/qemu-rv32/boot.ts",
		kernel: "c",
		load: () => import("./qemu-rv32/command.js"),
	},
};

export const sdkBoards: Readonly<Record<SdkBoard, () => Promise<{ command: BoardCommand }>>> = {
	"sdk-linux": () => import("./bench/sdk-linux.js"),
	"esp32c3-qemu": () => import("./bench/esp32c3-qemu.js"),
	esp32: async () => ({ command: (await import("./bench/serial-board.js")).serialBoard("esp32") }),
	esp32c3: async () => ({ command: (await import("./bench/serial-board.js")).serialBoard("esp32c3") }),
};

export function isSdkBoard(name: string): name is SdkBoard {
	return Object.hasOwn(sdkBoards, name);
}

/** Gives the file of a board's firmware, `without` some of its modules. Node has no kernel in C. */
export function bundleFirmware(board: BoardName, kernel?: Kernel, without?: readonly string[]): Promise<string> {
	const { engine, entry, kernel: own } = platforms[board];
	return bundleOnce({ engine, entry, kernel: engine === "node" ? own : (kernel ?? own), without });
}
