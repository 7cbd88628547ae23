// The genuine firmware, built by the SDK's mcconfig as a user builds it; once in a process.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { builds, root } from "../places.js";
import { BenchError, findTools } from "./tools.js";

export interface Build {
	platform: "lin" | "esp32" | "esp32/esp32c3";
	manifest: string; // from the root
	/** Where the result is. */
	result: string;
	/** `mcconfig`'s `NAME=VALUE`. */
	parameters?: string[];
}

const built = new Map<string, Promise<string>>();

/** Gives the folder with the result. Throws BenchError, or one with mcconfig's last lines. */
export function buildByMcconfig(build: Build): Promise<string> {
	const { platform, manifest, parameters = [] } = build;
	const key = [platform, manifest, ...parameters].join(" ");
	let result = built.get(key);
	if (!result) built.set(key, (result = make(build)));
	return result;
}

/** With Wi-Fi. */
export function buildForWiFi(chip: "esp32" | "esp32c3"): Promise<string> {
	const { BATON_SSID: ssid, BATON_PASSWORD: password } = process.env;
	if (!ssid) throw new BenchError("which Wi-Fi is the board to use? BATON_SSID, BATON_PASSWORD");
	return buildByMcconfig({
		platform: chip === "esp32" ? "esp32" : "esp32/esp32c3",
		manifest: "boards/esp32/bench/manifest.json",
		result: "release/baton",
		parameters: [`ssid=${ssid}`, ...(password ? [`password=${password}`] : [])],
	});
}

async function make({ platform, manifest, result, parameters = [] }: Build): Promise<string> {
	const { MODDABLE } = findTools(
		...(platform === "lin" ? (["MODDABLE"] as const) : (["MODDABLE", "IDF_PATH"] as const)),
	);
	const output = join(builds, "sdk");
	const made = join(output, "bin", platform, result);
	mkdirSync(output, { recursive: true });
	const paths = [join(MODDABLE, "build/bin/lin/release"), join(root, "node_modules/.bin"), process.env.PATH];
	const environment = { ...process.env, PATH: paths.join(":") };
	const args = ["-m", "-p", platform, "-o", output, "-t", "build", ...parameters, join(root, manifest)];
	const log = await run("mcconfig", args, environment);
	if (!existsSync(made)) throw new BenchError(`mcconfig made no ${made}:\n${log.slice(-2000)}`); // it exits 0 then, too
	return made;
}

function run(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
	return new Promise((resolve, reject) => {
		const child = spawn(file, args, { env, cwd: root, stdio: ["ignore", "pipe", "pipe"] });
		let log = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", data => (log += data));
		child.on("error", reject);
		child.on("close", code => {
			if (code === 0) resolve(log);
			else reject(new BenchError(`mcconfig ended with code ${code}:\n${log.slice(-2000)}`));
		});
	});
}
