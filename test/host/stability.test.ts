// docs/stability.md names what stays: it is there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";

const page = readFileSync(join(root, "docs/stability.md"), "utf8");

/** As the manifests have it. */
function fileOf(room: string, name: string): string {
	const folders = room === "baton" ? ["firmware"] : ["boards/moddable", "boards/moddable/https"];
	const files = folders.map(folder => join(root, folder, `${name}.ts`));
	return files.find(file => existsSync(file)) ?? files[0];
}

test("every module and name that is promised to other firmware is there", () => {
	const rows = [...page.matchAll(/^\| (`(?:baton|board)\/.*?) \| (.*) \|$/gm)];
	assert.ok(rows.length >= 6, `${rows.length} rows`);
	for (const [, modules, names] of rows) {
		const files = [...modules.matchAll(/`(\w+)\/([^`]+)`/g)].map(([, room, name]) => fileOf(room, name));
		const texts = files.map(file => readFileSync(file, "utf8")).join("\n");
		for (const [, name] of names.matchAll(/`([\w.]+)`/g))
			for (const part of name.split(".")) assert.match(texts, new RegExp(`\\b${part}\\b`), `${modules}: ${name}`);
	}
});

test("every frozen version is in the table, and has a test", () => {
	const frozen = readdirSync(join(root, "test/firmware/frozen")).filter(name => /^version-\d+\.ts$/.test(name));
	assert.ok(frozen.length > 0);
	for (const name of frozen) {
		assert.ok(page.includes(`\`test/firmware/frozen/${name}\``), name);
		assert.ok(existsSync(join(root, "test/firmware/frozen", name.replace(".ts", ".test.ts"))), name);
	}
});

test.run();
