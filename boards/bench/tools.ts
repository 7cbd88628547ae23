// What a genuine board needs of this machine: the Moddable SDK, ESP-IDF, an emulator, esptool. Baton brings none of
// them: users have their own. Each that is missing is one sentence, with what to install.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export type Tool = "MODDABLE" | "IDF_PATH" | "mcsim" | "display" | "emulator" | "esptool";

/** What a bench lacks, or what does not fit: a sentence each, with what to do. */
export class BenchError extends Error {}

/** Where each is, or why it is not. Throws BenchError with all that are missing. */
export function findTools<Name extends Tool>(...names: Name[]): Record<Name, string> {
	const found = names.map(name => [name, finders[name]()] as const);
	const missing = found.flatMap(([, result]) => ("missing" in result ? [result.missing] : []));
	if (missing.length > 0) throw new BenchError(missing.join("\n"));
	return Object.fromEntries(found.map(([name, result]) => [name, "path" in result ? result.path : ""])) as Record<
		Name,
		string
	>;
}

type Found = { path: string } | { missing: string };

const finders: Record<Tool, () => Found> = {
	MODDABLE() {
		const { MODDABLE } = process.env;
		if (!MODDABLE) return missing("MODDABLE is not set: the Moddable SDK is installed by `npx xs-dev setup`");
		const mcconfig = join(MODDABLE, "build/bin/lin/release/mcconfig");
		if (!existsSync(mcconfig)) return missing(`${mcconfig} is not there: MODDABLE has to name a built Moddable SDK`);
		return { path: MODDABLE };
	},
	IDF_PATH() {
		const { IDF_PATH } = process.env;
		if (!IDF_PATH) return missing("IDF_PATH is not set: ESP-IDF is installed by `npx xs-dev setup --device esp32`");
		if (!existsSync(join(IDF_PATH, "export.sh")))
			return missing(`${IDF_PATH}/export.sh is not there: IDF_PATH has to name ESP-IDF v6.0`);
		return { path: IDF_PATH };
	},
	mcsim() {
		const mcsim = join(process.env.MODDABLE ?? "", "build/bin/lin/release/mcsim");
		return existsSync(mcsim)
			? { path: mcsim }
			: missing("mcsim is not there: it is built with the Moddable SDK on Linux");
	},
	display() {
		const { DISPLAY } = process.env;
		return DISPLAY
			? { path: DISPLAY }
			: missing("DISPLAY is not set: mcsim opens a window; `Xvfb :77 &` and DISPLAY=:77 will do");
	},
	emulator() {
		const candidates = [process.env.BATON_QEMU_ESP32C3, ...espressifEmulators(), "qemu-system-riscv32"];
		for (const path of candidates) if (path && knowsESP32C3(path)) return { path };
		return missing(
			"no qemu-system-riscv32 here knows -M esp32c3: `idf_tools.py install qemu-riscv32`, or BATON_QEMU_ESP32C3 names one",
		);
	},
	esptool() {
		for (const path of [process.env.BATON_ESPTOOL, "esptool", "esptool.py"])
			if (path && spawnSync(path, ["version"], { stdio: "ignore" }).status === 0) return { path };
		return missing("no esptool here: it comes with ESP-IDF, or by `pip install esptool`");
	},
};

function missing(sentence: string): Found {
	return { missing: sentence };
}

function knowsESP32C3(path: string): boolean {
	const { stdout, status } = spawnSync(path, ["-M", "help"], { encoding: "utf8" });
	return status === 0 && /^esp32c3\b/m.test(stdout);
}

/** Where idf_tools.py puts it. */
function espressifEmulators(): string[] {
	const tools = join(process.env.IDF_TOOLS_PATH ?? join(homedir(), ".espressif"), "tools/qemu-riscv32");
	const versions = existsSync(tools) ? readdirSync(tools).sort().reverse() : [];
	return versions.map(version => join(tools, version, "qemu/bin/qemu-system-riscv32"));
}
