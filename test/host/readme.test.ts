// README.md's transcript is what `npm start` prints, but for the moment at which a line comes.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** Years differ from run to run; how often the service was asked, too. */
function withoutMoments(line: string) {
	return line
		.replace(/^year +[\d.]+/, "year")
		.replace(/\(\d+ times\)/, "(N times)")
		.trim();
}

test("the transcript's lines come in its order in a real run", () => {
	const transcript = /<!-- transcript[^>]*-->\s*```\n\$ npm start\n(.*?)```/s.exec(readme);
	assert.ok(transcript, "README.md has a transcript");
	const { FORCE_COLOR: _, ...environment } = process.env;
	const printed = execFileSync(process.execPath, ["bin/baton.js", "start"], {
		cwd: root,
		encoding: "utf8",
		env: { ...environment, NO_COLOR: "1" },
		stdio: ["ignore", "pipe", "inherit"],
	})
		.split("\n")
		.map(withoutMoments);
	let from = 0;
	for (const line of transcript![1].split("\n").map(withoutMoments)) {
		if (line === "" || line === "…") continue;
		const at = printed.indexOf(line, from);
		assert.ok(at >= 0, `expected after line ${from}: ${line}\n${printed.join("\n")}`);
		from = at + 1;
	}
});

test("every file and folder that the map names is there", () => {
	const map = /## Where things are\s*```\n(.*?)```/s.exec(readme)?.[1] ?? "";
	let folder = "",
		count = 0;
	for (const [, indent, names] of map.matchAll(/^( *)(\S+(?: \S+)*)/gm)) {
		if (indent === "") folder = "";
		for (const name of names.split(" ")) {
			assert.ok(existsSync(join(root, folder, name)), folder + name);
			count++;
		}
		if (indent === "") folder = names;
	}
	assert.ok(count > 10, `${count} names`);
});

test.run();
