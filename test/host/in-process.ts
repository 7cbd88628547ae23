// `baton` in this process, one command at a time: what it prints, and its exit code.

import { baton } from "../../host/cli.js";

/** Makes a fleet in which there is nothing odd. */
export const init = [
	"init",
	"--fleet",
	"example",
	"--service",
	"s.example",
	"--download-url",
	"https://d{n}.example/ca",
	"--classical",
];

export interface Ran {
	code: number;
	out: string;
	error: string;
}

export async function runInProcess(
	parameters: string[],
	folder: string,
	environment: NodeJS.ProcessEnv = {},
	/** Hears all that was printed, whenever there is more. */
	onOutput: (out: string) => void = () => {},
): Promise<Ran> {
	const ran: Ran = { code: 0, out: "", error: "" };
	const before = {
		cwd: process.cwd(),
		out: process.stdout.write,
		error: process.stderr.write,
		environment: { ...process.env },
	};
	process.chdir(folder);
	Object.assign(process.env, environment);
	process.stdout.write = ((text: string) => {
		ran.out += text;
		onOutput(ran.out);
		return true;
	}) as typeof process.stdout.write;
	process.stderr.write = ((text: string) => ((ran.error += text), true)) as typeof process.stderr.write;
	try {
		ran.code = await baton(parameters);
	} finally {
		process.stdout.write = before.out;
		process.stderr.write = before.error;
		process.chdir(before.cwd);
		for (const name of Object.keys(environment)) delete process.env[name];
		Object.assign(process.env, before.environment);
	}
	return ran;
}
