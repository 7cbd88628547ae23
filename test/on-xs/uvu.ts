// A stand-in for uvu on an XS board: the same test files, the same last lines, a third of the memory. It has what our
// tests use: test, test.skip, test.before and after with their `each`, test.run. It says what test/verdict.ts reads.

import { exit, print, ticks } from "../../boards/xs/natives.js";

type Body = () => void | Promise<void>;
type Hook = ((body: Body) => void) & { each(body: Body): void };

const tests: { name: string; body: Body }[] = [];
const [before, beforeEach, after, afterEach]: Body[][] = [[], [], [], []];
let skipped = 0;

function hook(once: Body[], each: Body[]): Hook {
	return Object.assign((body: Body) => void once.push(body), { each: (body: Body) => void each.push(body) });
}

export const test = Object.assign((name: string, body: Body) => void tests.push({ name, body }), {
	skip(name: string, _body?: Body) {
		print(`# skipped: ${name}`);
		skipped++;
	},
	before: hook(before, beforeEach),
	after: hook(after, afterEach),
	run,
});

async function run() {
	let passed = 0;
	await all(before);
	for (const { name, body } of tests) {
		const begun = ticks();
		try {
			await all(beforeEach);
			await body();
			passed++;
		} catch (error) {
			print(` FAIL  "${name}"\n    ${error instanceof Error ? `${error.message}\n${error.stack}` : error}\n`);
		}
		await all(afterEach);
		const seconds = ((ticks() - begun) | 0) / 1_000;
		print(`# took ${seconds.toFixed(2)} s: ${name}`);
	}
	await all(after);
	print(`\n  Total:     ${tests.length}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n`);
	exit(passed === tests.length ? 0 : 1);
}

async function all(bodies: Body[]) {
	for (const body of bodies) await body();
}
