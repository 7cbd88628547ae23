// `npm run package`: makes the npm package of the host in build/package, packs it, and prints the file's path.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { builds } from "../boards/places.js";
import { makePackage } from "./make.js";

const folder = join(builds, "package");
await makePackage(folder);
const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(
	execFileSync("npm", ["pack", "--json", "--pack-destination", builds], { cwd: folder, encoding: "utf8" }),
);
console.log(`${join(builds, filename)}: ${size} bytes, ${unpackedSize} unpacked, ${entryCount} files`);
