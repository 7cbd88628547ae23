/** What a board's folder provides in `command.ts`: how one device is run on it. */
export type BoardCommand = (run: {
	program: string; // file: the firmware's bundle
	flash: string; // folder
	settings: string; // file
	memory?: number;
}) => Promise<{
	file: string;
	args: string[];
	/** Runs after the process ended, before its end is told. */
	afterwards?(): Promise<void>;
}>;
