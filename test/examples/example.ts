// Runs an example on the simulator board: real XS, the example's own modules, and stand-ins for the
// SDK's. Where MODDABLE names an SDK, its clients are the genuine ones.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { bundleOnce, root } from "../../boards/bundle.js";
import type { RunSettings } from "../../boards/settings.js";
import { newFolder, type Simulated, simulateScript } from "../boards/simulator/simulate.js";

const MEMORY = 4 << 20; // bytes

const standIns = "test/examples/stand-ins";
const modules: { [specifier: string]: string } = {
	"board/board": `${standIns}/board.ts`,
	"board/guard": "boards/moddable/guard.ts",
	"board/https-client": "boards/moddable/https/https-client.ts",
	"board/natives": `${standIns}/natives.ts`,
	"board/network": "boards/sdk-linux/network.ts",
	"board/partitions": "boards/partitions.ts",
	"board/provisioned": "boards/moddable/provisioned.ts",
	"board/settings": "boards/settings.ts",
	"embedded:storage/flash": `${standIns}/flash.ts`,
	"mc/config": `${standIns}/config.ts`,
	logical: `${standIns}/logical.ts`,
	time: `${standIns}/time.ts`,
	timer: `${standIns}/timer.ts`,
};

/** Starts `main` (a file, from the root) with these settings built in. */
export async function startExample(main: string, settings: RunSettings): Promise<Simulated> {
	const sdk: Plugin = {
		name: "SDK",
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /^baton\// }, ({ path }) => ({ path: join(root, "firmware", `${path.slice(6)}.ts`) }));
			onResolve({ filter: /^embedded:network\/\w+\/client$/ }, ({ path }) => ({
				path: clientFile(path.split("/")[1]),
			}));
			onResolve({ filter: /^(board\/|embedded:|mc\/|logical$|time$|timer$)/ }, ({ path }) => ({
				path: join(root, modules[path]),
			}));
			onResolve({ filter: /^example$/ }, ({ path }) => ({ path, namespace: "example" }));
			onLoad({ filter: /.*/, namespace: "example" }, () => ({
				contents: `import "./${standIns}/xs-17.ts"; import main from ${JSON.stringify(resolve(root, main))}; main();`,
				resolveDir: root,
			}));
		},
	};
	const script = await bundleOnce({ entry: "example", engine: "xs", plugins: [sdk] });
	const flags = ["--memory", String(MEMORY), "--flash", newFolder()];
	return simulateScript(script, JSON.stringify(settings), { arguments: flags });
}

function clientFile(protocol: string): string {
	const { MODDABLE = "" } = process.env;
	const genuine = join(MODDABLE, "examples/io/tcp", `${protocol}client/${protocol}client.js`);
	return MODDABLE && existsSync(genuine) ? genuine : join(root, standIns, `${protocol}-client.ts`);
}
