// The console of a board on a serial line, as a process of its own: lines come out, and to end the process is to cut the
// board's power (serial-board.ts sees to that).
//
//   node bin/run.js boards/bench/serial-console.ts --port DEVICE (--power COMMAND | --esptool FILE --chip NAME)

import { execFileSync, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { parseArgs } from "node:util";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { port: text, power: text, esptool: text, chip: text } });
const { port = "", power, esptool = "", chip = "" } = values;

execFileSync("stty", ["-F", port, "115200", "raw", "-echo", "-hupcl"]);
createReadStream(port).on("error", fail).pipe(process.stdout);
// The board begins when somebody listens.
const begin = power
	? spawn("sh", ["-c", power.replace("{on|off}", "on")])
	: spawn(esptool, ["--chip", chip, "--port", port, "--before", "no-reset", "--after", "hard-reset", "run"]);
begin.on("error", fail);

function fail(error: Error): void {
	process.stderr.write(`${port}: ${error.message}\n`);
	process.exit(2);
}
