// Where things are: Baton's files, what is built of them, the XS engine's sources. In the npm package another module
// stands here (packaging/places.ts).

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is built is kept here, and is made again if it is gone. */
export const builds = join(root, "build");

/** The XS engine's folder: its C sources come with the npm package @agoric/xsnap, of which nothing else is used. */
export const xs = join(dirname(createRequire(import.meta.url).resolve("@agoric/xsnap/package.json")), "moddable/xs");
