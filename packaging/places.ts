// Stands for boards/places.ts in the npm package, whose programs are in `bin`. A package's own folder may be read-only,
// and goes with the next installation: what is built is kept in the user's cache.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { XDG_CACHE_HOME: cache } = process.env;

/** For one version: `~/.cache/baton/1.2.3`, or as XDG_CACHE_HOME says. */
export const builds = join(cache && isAbsolute(cache) ? cache : join(homedir(), ".cache"), "baton", version);

export const xs = join(root, "xs");
