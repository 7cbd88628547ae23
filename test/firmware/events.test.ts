import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatEvent } from "../../firmware/events.js";

test("an event is one line of its name and pairs", () => {
	assert.is(formatEvent({ event: "stored", generation: 2 }), "stored generation=2");
	assert.is(formatEvent({ event: "boot", current: 1, next: "-" }), "boot current=1 next=-");
});

test("a value that has a space, a quote or an equals sign stands as a JSON string", () => {
	assert.is(formatEvent({ event: "refused", reason: "unknown issuer" }), 'refused reason="unknown issuer"');
	assert.is(formatEvent({ event: "refused", reason: 'a="b"\n\\' }), 'refused reason="a=\\"b\\"\\n\\\\"');
	assert.is(formatEvent({ event: "refused", reason: "" }), 'refused reason=""');
	assert.is(formatEvent({ event: "none", reason: "time-out" }), "none reason=time-out");
});

test.run();
