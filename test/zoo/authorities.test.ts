// Every authority of the zoo, as factory CA and as next CA of a device, with what its servers send. The matrix is printed,
// and stands in firmware/x509/REAL-PKI.md, where this test keeps it true; `node bin/run.js test/zoo/authorities.test.ts
// --write` writes it anew, on a machine that has all the tools.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { flashFolder } from "../host/device-run.js";
import { createWorld } from "../world.js";
import { keyKindOf, lackOf } from "./builds.js";
import { HOST, type Specimen } from "./specimen.js";
import { templates } from "./templates.js";
import { tools } from "./tools.js";
import { ACCEPTED, meet } from "./trial.js";

const PAGE = join(root, "firmware/x509/REAL-PKI.md");
const HEAD = "| made by | how | CA's key | server's key | certificates sent | as factory CA | as next CA | why |";
const world = await createWorld();
const folder = flashFolder();
const makers = [...tools, ...templates];
const rows: string[] = [];
const lengths: string[] = [];

/** What is expected of it, and why it is not accepted, if it is not. */
function expected({ refused, authority, chain }: Specimen): { verdict: string; why: string } {
	const lack = lackOf(authority, chain);
	if (lack) return { verdict: lack.reason, why: `this build has no ${lack.kind}` };
	return refused ? { verdict: refused.reason, why: refused.why } : { verdict: ACCEPTED, why: "" };
}

for (const [i, maker] of makers.entries()) {
	const name = `${maker.title}: as factory CA and as next CA`;
	const missing = maker.missing();
	if (missing) {
		test.skip(`${name} [${missing}]`, () => {});
		continue;
	}
	test(name, async () => {
		const own = join(folder, `${i}`);
		mkdirSync(own);
		const { specimens, close } = await maker.make(own);
		try {
			for (const specimen of specimens) {
				const { authority, chain, what } = specimen;
				const [factory, next] = [await meet(world, specimen, "factory"), await meet(world, specimen, "next")];
				const { verdict, why } = expected(specimen);
				const keys = [authority, chain[0]].map(keyKindOf);
				const cells = [maker.title, what.replace(HOST, "HOST"), ...keys, `${chain.length}`, factory, next, why];
				rows.push(`| ${cells.join(" | ")} |`);
				lengths.push(`${authority.length} bytes; ${chain.map(({ length }) => length).join(" + ")} sent`);
				assert.equal([factory, next], [verdict, verdict], what);
			}
		} finally {
			await close?.();
		}
	});
}

test("the matrix in REAL-PKI.md is what was found", () => {
	console.log(`\n${rows.map((row, i) => `${row} ${lengths[i]}`).join("\n")}`);
	const page = readFileSync(PAGE, "utf8");
	const [before, after] = page.split(`${HEAD}\n|---|---|---|---|---|---|---|---|\n`);
	const written = after.slice(0, after.indexOf("\n\n") + 1);
	if (process.argv.includes("--write")) {
		const table = `${HEAD}\n|---|---|---|---|---|---|---|---|\n${rows.join("\n")}\n`;
		writeFileSync(PAGE, before + table + after.slice(written.length));
		return;
	}
	const present = makers.filter(({ missing }) => !missing()).map(({ title }) => `| ${title} |`);
	const known = written.split("\n").filter(row => present.some(start => row.startsWith(start)));
	assert.equal(rows, known, "if it is right as it is now: node bin/run.js test/zoo/authorities.test.ts --write");
});

test.after(() => world.close());
test.run();
