// Entry point of the node board: `node boot.mjs --flash FOLDER --settings FILE`.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { exitCode } from "../exit-code.js";
import { runDevice } from "../run-device.js";
import { readSettings } from "../settings.js";
import { nodeBoard } from "./board.js";

const { values } = parseArgs({ options: { flash: { type: "string" }, settings: { type: "string" } } });
function print(line: string) {
	return void process.stdout.write(`${line}\n`);
}
print(`# node ${process.versions.node}`);

try {
	const settings = readSettings(readFileSync(values.settings ?? "", "utf8"));
	const board = nodeBoard({ flash: values.flash ?? "", map: settings.map, print });
	runDevice(board, settings, code => process.exit(code));
	process.on("SIGTERM", () => process.exit(0));
	process.on("SIGINT", () => process.exit(0));
} catch (error) {
	process.stderr.write(`node board: ${error instanceof Error ? error.message : error}\n`);
	process.exit(exitCode.unusable);
}
process.on("uncaughtException", error => {
	process.stderr.write(`node board: ${error.stack}\n`);
	process.exit(exitCode.uncaught);
});
