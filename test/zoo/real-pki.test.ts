// Every row of the first two tables of firmware/x509/REAL-PKI.md is shown by tests that are there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";

const page = readFileSync(join(root, "firmware/x509/REAL-PKI.md"), "utf8");

/** The cells of the rows below a heading. */
function rowsUnder(heading: string): string[][] {
	const section = page.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
	const [, , ...rows] = section.split("\n").filter(line => line.startsWith("|"));
	return rows.map(row => row.split(" | ").map(cell => cell.replace(/^\| | \|$/g, "")));
}

for (const [heading, least] of [
	["Authorities and certificates", 18],
	["Servers", 10],
] as const) {
	const rows = rowsUnder(heading);
	test(`${heading}: ${rows.length} rows, each with its tests`, () => {
		assert.ok(rows.length >= least);
		for (const cells of rows) {
			const shown = [...cells.at(-1)!.matchAll(/`([^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)];
			assert.ok(shown.length > 0, `no test: ${cells[0]}`);
			for (const [, file, titles] of shown) {
				assert.ok(existsSync(join(root, file)), file);
				const text = readFileSync(join(root, file), "utf8");
				for (const [, title] of titles.matchAll(/"([^"]+)"/g)) assert.ok(text.includes(title), `${file}: ${title}`);
			}
		}
	});
}

test.run();
