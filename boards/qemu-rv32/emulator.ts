// The command line of QEMU for one run of the board.

import { existsSync } from "node:fs";

export interface EmulatorOptions {
	/** The board's program (ELF). */
	board: string;
	/** Bytecode. */
	program: string;
	/** File of `runFile`. */
	run: string;
	/** File of 32 MiB; absent: no flash. */
	flash?: string;
	/** Count instructions exactly (clock.c); network time-outs then run in the emulated time. */
	countInstructions?: boolean;
	/** Default true. */
	network?: boolean;
	/** Of QEMU's (`-plugin`). */
	plugin?: { file: string; arguments: Record<string, string> };
}

export interface RunOptions {
	/** The program leaves a global function `start` (boot.ts). */
	preload?: boolean;
	/** Bytes of the arena; default: an ESP32-C3's. */
	memory?: number;
	/** Bytes that the machine takes for chunks at first; default: what the board says. */
	firstChunks?: number;
	/** How long programming or erasing a word of flash takes at least. */
	wordMicroseconds?: number;
	settings?: string;
}

/** What run.h says: little-endian words, then the settings' text with a NUL. */
export function runFile(options: RunOptions): Buffer {
	const { preload = false, memory = 0, firstChunks = 0, wordMicroseconds = 0, settings = "" } = options;
	const text = Buffer.from(`${settings}\0`);
	const words = [0x4e555242, Number(preload), memory, firstChunks, wordMicroseconds, text.length - 1];
	const head = Buffer.alloc(4 * words.length);
	words.forEach((word, i) => head.writeUInt32LE(word, 4 * i));
	return Buffer.concat([head, text]);
}

export const EMULATOR = "qemu-system-riscv32";
const SETPRIV = "/usr/bin/setpriv";

/** A process whose standard output is the console and whose exit code is the board's; SIGKILL is the power cut. */
export function emulatorCommand(options: EmulatorOptions): { file: string; args: string[] } {
	const { board, program, run, flash, countInstructions = false, network = true, plugin } = options;
	const quoted = (path: string) => path.replaceAll(",", ",,");
	const passed = (words: Record<string, string>) => Object.entries(words).map(([name, value]) => `${name}=${value}`);
	const args = [
		...["-M", "virt", "-m", "512M", "-cpu", "rv32,a=false,f=false,d=false,h=false,s=false"], // an ESP32-C3's: imc
		...["-nic", "none", "-bios", board, "-display", "none", "-monitor", "none", "-serial", "stdio"],
		...["-device", `loader,file=${quoted(program)},addr=0x82000000,force-raw=on`],
		...["-device", `loader,file=${quoted(run)},addr=0x84000000,force-raw=on`],
		...["-global", "virtio-mmio.force-legacy=false"],
		...["-device", "virtio-rng-device"],
		...(network ? ["-netdev", "user,id=network", "-device", "virtio-net-device,netdev=network"] : []),
		...(flash ? ["-drive", `if=pflash,unit=1,format=raw,file=${quoted(flash)}`] : []),
		...(plugin ? ["-plugin", [plugin.file, ...passed(plugin.arguments)].map(quoted).join(",")] : []),
		// An instruction is a nanosecond; while the board sleeps, time jumps, unless a network has to keep up with it.
		...(countInstructions ? ["-icount", network ? "shift=0" : "shift=0,sleep=off"] : []),
	];
	// If whoever started it is killed, the device loses its power too.
	if (!existsSync(SETPRIV)) return { file: EMULATOR, args };
	return { file: SETPRIV, args: ["--pdeathsig", "KILL", EMULATOR, ...args] };
}
