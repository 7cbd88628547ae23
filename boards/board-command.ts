import type { Kernel } from "./bundle.js";

/** What a board's folder provides in `command.ts`: how one device is run on it. */
export type BoardCommand = (run: {
	flash: string; // folder
	settings: string; // file
	memory?: number;
	kernel?: Kernel;
}) => Promise<{
	file: string;
	args: string[];
	/** Runs after the process ended, before `exited` resolves. */
	afterwards?(): Promise<void>;
}>;
