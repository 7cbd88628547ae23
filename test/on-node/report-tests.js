// uvu counts skipped tests but does not say which, nor how long a test took: loaded before a test file (`node --import`),
// this says both in the form that test/verdict.ts reads.

import { test } from "uvu";

const { skip } = test;
test.skip = (name, handler) => {
	console.log(`# skipped: ${name}`);
	skip(name, handler);
};

let begun = 0;
test.before.each(() => {
	begun = performance.now();
});
test.after.each(({ __test__: name }) => {
	const seconds = (performance.now() - begun) / 1_000;
	console.log(`\n# took ${seconds.toFixed(2)} s: ${name}`); // uvu's dots are on the line
});
