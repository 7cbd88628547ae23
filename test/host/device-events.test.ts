import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DeviceEvent, formatEvent } from "../../firmware/events.js";
import { parseEvent } from "../../host/device-events.js";

test("every event comes back as the firmware wrote it", () => {
	const events: DeviceEvent[] = [
		{ event: "boot", current: 1, next: 2 },
		{ event: "boot", current: 1, next: "-" },
		{ event: "boot", current: "foreign", next: "unreadable" },
		{ event: "authenticated", server: "service", generation: 2, slot: "next" },
		{ event: "authenticated", server: "service", generation: 3, slot: "candidate" },
		{ event: "authenticated", server: "service", generation: 3, slot: "factory" },
		{ event: "authenticated", server: "download", generation: 2 },
		{ event: "refused", reason: "older generation" },
		{ event: "refused", server: "download", reason: 'a "quoted" \\ reason = strange' },
		{ event: "poll", generation: 65_535 },
		{ event: "none", reason: "not found", status: 404 },
		{ event: "same", generation: 2 },
		{ event: "stored", generation: 2 },
		{ event: "held", generation: 2 },
		{ event: "held", generation: 2, reason: "flash cannot be programmed" },
		{ event: "promoted", generation: 2 },
		{ event: "promoted", generation: 2, reason: "flash cannot be erased" },
		{ event: "repaired", partition: "ca1", generation: 1, reason: "copy rewritten" },
		{ event: "failed", server: "service", reason: "time-out" },
		{ event: "failed", server: "download", reason: "unexpected status", status: 503 },
		{ event: "failed", partition: "poll", reason: "poll partition failed" },
		{ event: "failed", partition: "ca0", generation: 2, reason: "flash cannot be read" },
	];
	for (const event of events) assert.equal(parseEvent(formatEvent(event)), event);
});

test("everything else on a console is no event", () => {
	for (const line of [
		"",
		"# XS 13.3.0",
		"booted",
		"boot current",
		"boot current=1",
		"stored",
		"stored generation=2 slot=next",
		"authenticated server=download generation=1 slot=current",
		"authenticated server=service generation=1 slot=other",
		"failed reason=x",
		"repaired partition=poll reason=x",
		"boot current=",
		"boot current=x next=-",
		"boot current=1 current=2 next=-",
		"boot current=1 next=- unknown=1",
		"boot  current=1 next=-",
		"boot current=1 next=- ",
		'refused reason="open',
		'refused reason="a" b',
		`refused reason=${"x".repeat(2_000)}`,
		"boot current=-1 next=-",
		"boot current=1 next=- __proto__=1",
	]) {
		assert.is(parseEvent(line), undefined, line);
	}
});

test.run();
