// Tests that need the public vectors say so: where these are not at hand, the test counts as skipped, and says why.

import { test } from "uvu";

export const NO_VECTORS = "no test vectors here: npm run setup:vectors gathers them";

/** `texts`: what `import text from "vectors:…"` gave. */
export function withVectors(name: string, texts: (string | undefined)[], body: (texts: string[]) => void): void {
	if (texts.every(text => text !== undefined)) test(name, () => body(texts as string[]));
	else test.skip(`${name} [${NO_VECTORS}]`, () => {});
}
