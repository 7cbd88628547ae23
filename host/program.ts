// The `baton` program: this process's arguments, its exit code, and what it does when nobody reads what it says.

import { baton } from "./cli.js";

// `baton status | head -1`: who reads no more has had enough. What serves others goes on, heard or not.
const serves = ["serve", "run", "front"].includes(process.argv[2]);
for (const stream of [process.stdout, process.stderr])
	stream.on("error", ({ code }: NodeJS.ErrnoException) => serves || process.exit(code === "EPIPE" ? 0 : 1));

process.exitCode = await baton(process.argv.slice(2));
