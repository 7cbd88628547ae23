// What the package has of the firmware, bundled: a file for each program.

import type { BundleOptions } from "../boards/bundle.js";

/** Its path in the package. */
export function programFile({ entry, engine }: Pick<BundleOptions, "entry" | "engine">): string {
	const name = entry.replace(/\.ts$/, "").replaceAll("/", "-");
	return `programs/${name}.${engine === "xs" ? "js" : "mjs"}`;
}
