// Entry point of the node board: `node boot.mjs --flash FOLDER --settings FILE`.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { main } from "../../firmware/main.js";
import { exitCode } from "../exit-code.js";
import type { RunSettings } from "../settings.js";
import { nodeBoard } from "./board.js";

const { values } = parseArgs({ options: { flash: { type: "string" }, settings: { type: "string" } } });
function print(line: string) {
	return void process.stdout.write(`${line}\n`);
}
print(`# node ${process.versions.node}`);

try {
	const settings: RunSettings = JSON.parse(readFileSync(values.settings ?? "", "utf8"));
	const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
	const device = main(nodeBoard({ flash: values.flash ?? "", map: settings.map, print }), {
		...settings,
		factory: bytes(settings.factory),
		dlKeys: settings.dlKeys.map(bytes),
	});
	if (settings.once) {
		device.once().then(authenticated => process.exit(authenticated ? 0 : 1));
	} else {
		device.run();
		if (settings.runFor !== undefined) setTimeout(() => process.exit(0), settings.runFor);
	}
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
