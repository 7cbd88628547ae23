// The Moddable SDK's side of the firmware, which `tsc -p .` leaves out, against @moddable/typings and what we declare.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";

for (const [project, what] of Object.entries({
	"boards/moddable": "the boards for an ESP32, and the examples",
	"boards/sdk-linux": "the SDK on Linux",
})) {
	test(`tsc -p ${project}: ${what}`, () => {
		const compiler = join(root, "node_modules/typescript/bin/tsc");
		const parameters = [compiler, "--pretty", "false", "-p", project];
		const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: root, encoding: "utf8" });
		assert.is(status, 0, stdout + stderr);
	});
}

test.run();
