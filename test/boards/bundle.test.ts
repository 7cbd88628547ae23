import { test } from "uvu";
import * as assert from "uvu/assert";
import { bindNatives } from "../../boards/bundle.js";

const line = (body: string, parameters = "a, b") => `function f(${parameters}) {\n  ${body}\n}\n`;

test("a function that is one native line becomes the host function, bound once", () => {
	const bound = 'const f = /* @__PURE__ */ native("xs_f");\n';
	assert.is(bindNatives(line('return native("xs_f").call(this, a, b);')), bound);
	assert.is(bindNatives(line('return native("xs_f").call(void 0, a, b);')), bound);
	assert.is(bindNatives(line('return native("xs_f").call(void 0);', "")), bound);
	assert.is(bindNatives(`export ${line('return native("xs_f").call(this, a, b);')}`), `export ${bound}`);
});

test("one that does anything else keeps its body", () => {
	for (const text of [
		line('return native("xs_f").call(this, b, a);'),
		line('return native("xs_f").call(this, a);'),
		line('return native("xs_f").call(this, a, b, 1);'),
		line('return native("xs_f").call(b, a, b);'),
		line('g();\n  return native("xs_f").call(this, a, b);'),
		line('return native("xs_f").call(this, a);', "a = 1"),
	])
		assert.is(bindNatives(text), text);
});

test.run();
