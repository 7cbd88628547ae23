// host/OPERATING.md, walked through: its boxes are run from top to bottom, each command with exit code 0.

import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { Fleet } from "../../host/fleet.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

test("OPERATING.md, from init to the fourth CA, with offline DL keys, a revocation, restores and other DL keys", async () => {
	const page = readFileSync(join(root, "host/OPERATING.md"), "utf8");
	const boxes = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, box]) => box);
	assert.ok(boxes.length >= 7, `${boxes.length} boxes`);
	const folder = flashFolder();
	for (const line of boxes.join("").replaceAll("\\\n", " ").trim().split("\n")) {
		const [program, ...words] = line
			.trim()
			.split(/ +/)
			.map(word => word.replace(/^'(.*)'$/, "$1"));
		if (program === "baton") {
			const { code, error, out } = await runInProcess(words, folder);
			assert.is(code, 0, `${line}: ${out}${error}`);
		} else if (program === "cp") {
			assert.is(words[0], "-r");
			cpSync(join(folder, words[1]), join(folder, words[2]), { recursive: true });
		} else {
			assert.equal([program, words[0]], ["rm", "-r"]);
			rmSync(join(folder, words[1]), { recursive: true });
		}
	}
	const { operation } = Fleet.open(join(folder, "fleet")).record!;
	assert.equal(
		operation.authorities.map(({ generation, letter, phase }) => `${generation} ${letter} ${phase}`),
		["1 A terminated", "3 B revoked", "4 C full", "21 D provisional"],
	);
});

test.run();
