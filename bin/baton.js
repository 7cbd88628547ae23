#!/usr/bin/env node
import "./typescript.js";

await import("../host/program.ts");
