#!/usr/bin/env node
import "./typescript.js";

// `baton status | head -1`: who reads no more has had enough. What serves others goes on, heard or not.
const serves = ["serve", "run", "front"].includes(process.argv[2]);
for (const stream of [process.stdout, process.stderr])
	stream.on("error", ({ code }) => serves || process.exit(code === "EPIPE" ? 0 : 1));

const { baton } = await import("../host/cli.ts");
process.exitCode = await baton(process.argv.slice(2));
