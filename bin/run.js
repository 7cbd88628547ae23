// node bin/run.js FILE.ts [ARGUMENT…]: runs a TypeScript program of this repository.
import "./typescript.js";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file] = process.argv.splice(2, 1);
process.argv[1] = resolve(file);
await import(pathToFileURL(process.argv[1]).href);
