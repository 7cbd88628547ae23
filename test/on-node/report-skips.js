// uvu counts skipped tests but does not say which: loaded before a test file (`node --import`), this names them in the
// form that test/run.ts reads.

import { test } from "uvu";

const { skip } = test;
test.skip = (name, handler) => {
	console.log(`# skipped: ${name}`);
	skip(name, handler);
};
