#!/usr/bin/env node
import "./typescript.js";

const { baton } = await import("../host/cli.ts");
process.exitCode = await baton(process.argv.slice(2));
