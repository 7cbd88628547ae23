// Pages that say of each of their rows which tests show it, as `file`: "name of the test": the tests are there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../boards/bundle.js";

/** Each table: its page, the heading above it, how many rows it has at least, and which rows need no test. */
const tables: [page: string, heading: string, least: number, needsNone?: (cells: string[]) => boolean][] = [
	["firmware/x509/REAL-PKI.md", "Authorities and certificates", 18],
	["firmware/x509/REAL-PKI.md", "Servers", 10],
	["firmware/trust/SHOWN-BY.md", "What must hold", 6],
	["firmware/trust/SHOWN-BY.md", "State is content", 20],
	["firmware/trust/SHOWN-BY.md", "Acceptance, store, promote", 13],
	["firmware/trust/SHOWN-BY.md", "Authenticate, update, poll", 12],
	["firmware/trust/SHOWN-BY.md", "What was shown against it once", 16],
	["docs/iot-profile.md", "The protocol", 11, saysWhy],
	["docs/iot-profile.md", "All certificates", 6, saysWhy],
	["docs/iot-profile.md", "Root CA certificates", 7, saysWhy],
	["docs/iot-profile.md", "Subordinate CA certificates", 5, saysWhy],
	["docs/iot-profile.md", "End entity certificates", 8, saysWhy],
];

/** What is departed from, or not ours, may have a reason in the place of a test. */
function saysWhy([, , we, why]: string[]): boolean {
	return /^(?:departed from|not ours)/.test(we) && why.length > 7;
}

function rowsUnder(page: string, heading: string): string[][] {
	const text = readFileSync(join(root, page), "utf8");
	const section = text.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
	const [, , ...rows] = section.split("\n").filter(line => line.startsWith("|"));
	return rows.map(row => row.split(" | ").map(cell => cell.replace(/^\| | \|$/g, "")));
}

for (const [page, heading, least, needsNone] of tables) {
	const rows = rowsUnder(page, heading);
	test(`${page}, ${heading}: ${rows.length} rows, each with its tests`, () => {
		assert.ok(rows.length >= least, `${rows.length} rows`);
		for (const cells of rows) {
			const shown = [...cells.at(-1)!.matchAll(/`([^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)];
			assert.ok(shown.length > 0 || needsNone?.(cells), `no test: ${cells.join(" | ")}`);
			for (const [, file, titles] of shown) {
				assert.ok(existsSync(join(root, file)), file);
				const text = readFileSync(join(root, file), "utf8");
				for (const [, title] of titles.matchAll(/"([^"]+)"/g)) assert.ok(text.includes(title), `${file}: ${title}`);
			}
		}
	});
}

test.run();
