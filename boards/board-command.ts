/** What a board's folder provides in `command.ts`: how one device is run on it. */
export type BoardCommand = (run: {
	program: string; // file: the firmware's bundle
	flash: string; // folder
	settings: string; // file
	memory?: number;
	bench?: BenchOptions;
}) => Promise<{
	file: string;
	args: string[];
	/** Runs after the process ended, before its end is told. */
	afterwards?(): Promise<void>;
}>;

/** Of a real board. */
export interface BenchOptions {
	/** Its serial line, such as /dev/ttyACM0. */
	port?: string;
	/** A command that switches its power, in which `{on|off}` stands for what to do; absent: it is held in reset. */
	power?: string;
}
