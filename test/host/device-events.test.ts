import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DeviceEvent, formatEvent } from "../../firmware/events.js";
import { parseEvent } from "../../host/device-events.js";

test("every event comes back as the firmware wrote it", () => {
	const events: DeviceEvent[] = [
		{ event: "boot", current: 1, next: 2 },
		{ event: "boot", current: 1 },
		{ event: "authenticated", server: "service", generation: 2, slot: "next" },
		{ event: "refused", server: "download", reason: 'a "quoted" \\ reason = strange' },
		{ event: "poll", generation: 65_535 },
		{ event: "none", reason: "not found", status: 404 },
		{ event: "same", generation: 2 },
		{ event: "stored", generation: 2 },
		{ event: "promoted", generation: 2 },
		{ event: "repaired", generation: 1, reason: "copy rewritten" },
		{ event: "failed", server: "service", reason: "time-out" },
	];
	for (const event of events) assert.equal(parseEvent(formatEvent(event)), event);
});

test("everything else on a console is no event", () => {
	for (const line of [
		"",
		"# XS 13.3.0",
		"booted",
		"boot current",
		"boot current=",
		"boot current=x",
		"boot current=1 current=2",
		"boot unknown=1",
		"boot  current=1",
		"boot current=1 ",
		'refused reason="open',
		'refused reason="a" b',
		`refused reason=${"x".repeat(2_000)}`,
		"boot current=-1",
		"boot __proto__=1",
	]) {
		assert.is(parseEvent(line), undefined, line);
	}
});

test.run();
