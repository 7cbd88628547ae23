// Stands for boards/bundle.ts in the npm package: the firmware's programs were bundled when the package was made, so
// that whoever uses it needs no bundler.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BundleOptions } from "../boards/bundle.js";
import { root } from "./places.js";
import { programFile } from "./programs.js";

export { root };

export async function bundleOnce(options: Omit<BundleOptions, "outfile">): Promise<string> {
	const file = join(root, programFile(options));
	if (existsSync(file)) return file;
	throw new Error(`this package has no program ${options.entry}: it runs in a checkout of Baton's repository alone`);
}
