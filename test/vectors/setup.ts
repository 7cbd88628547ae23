// `npm run setup:vectors`: the public test vectors, for the tests that need them, into build/vectors: from the folders
// where tests look for them (BATON_VECTORS, ../shared/vectors), else from public repositories, with git. Exit 0: all are
// there, each with the SHA-256 of files.sha256. Exit 1: it says which are missing, and why.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gatheredVectors, root, vectorFolders } from "../../boards/bundle.js";
import { gather, readTable } from "./gather.js";

const say = (line: string) => console.log(`setup:vectors: ${line}`);
const missing = gather({
	table: readTable(readFileSync(join(root, "test/vectors/files.sha256"), "utf8")),
	into: gatheredVectors,
	from: vectorFolders.filter(folder => folder !== gatheredVectors),
	say,
});
if (missing.length > 0) {
	say(`missing: ${missing.join(", ")}`);
	say("BATON_VECTORS may name a folder that has them");
	process.exitCode = 1;
}
