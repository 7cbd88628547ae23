// The judgement itself: what it excuses is what a power cut can do, and nothing else.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { DeviceEvent } from "../../firmware/events.js";
import type { ServerAccess } from "../../rehearsal/deployment.js";
import { unseen } from "../../rehearsal/judgement.js";
import { type Entry, Seen } from "../../rehearsal/record.js";
import { Rehearsal } from "../../rehearsal/rehearsal.js";
import { type Scenario, until } from "../../rehearsal/scenario.js";
import { service } from "../../rehearsal/scenarios/events.js";
import { revokedAfterStored } from "../../rehearsal/scenarios/revoked-after.js";

const operation = {
	authorities: [
		{ generation: 1, letter: "A" },
		{ generation: 2, letter: "B" },
	],
} as Parameters<typeof unseen>[1];

function device(event: DeviceEvent): Entry {
	return { year: 1, from: "device", event };
}
function server(access: Omit<ServerAccess, "peer">): Entry {
	return { year: 1, from: "server", access: { peer: "127.0.0.1:1", ...access } };
}

const boot = device({ event: "boot", current: 1, next: "-" });
const said = device({ event: "authenticated", server: "service", generation: 1, slot: "current" });
const poll = device({ event: "poll", generation: 1 });
const seen = server({ server: "service", what: "authenticated", presented: "A" });
const broken = server({ server: "service", what: "refused", reason: "connection lost", presented: "A" });

test("each authentication that a server saw is believed", () => {
	assert.equal(unseen([boot, said, seen, poll, said, seen], operation), []);
	assert.equal(unseen([boot, seen, said, seen, poll], operation), []); // a power cut took the device's line
});

test("an authentication that no server saw is found", () => {
	assert.equal(unseen([boot, said], operation), ["1 by CA A at the service server"]);
	assert.equal(unseen([boot, said, said, seen, said], operation), ["2 by CA A at the service server"]);
});

test("one that a server saw by another authority, or another server, is found", () => {
	const byB = server({ server: "service", what: "authenticated", presented: "B" });
	const download = server({ server: "download-2", what: "authenticated", presented: "A" });
	assert.equal(unseen([boot, said, byB, download], operation), ["1 by CA A at the service server"]);
});

test("the last session of a boot is excused by a handshake whose client was gone", () => {
	assert.equal(unseen([boot, said, seen, poll, said, broken], operation), []);
	const repaired = device({ event: "repaired", partition: "ca0", reason: "copy rewritten" });
	const promoted = device({ event: "promoted", generation: 1 });
	assert.equal(unseen([boot, said, broken, repaired, boot, said, promoted, broken], operation), []);
});

test("no other session is: not one before it, not by a handshake elsewhere, nor two by one cut", () => {
	const found = ["1 by CA A at the service server"];
	assert.equal(unseen([boot, said, broken, poll], operation), found);
	assert.equal(unseen([boot, said, said, broken, broken], operation), found);
	const elsewhere = server({ server: "download-2", what: "refused", reason: "connection lost", presented: "A" });
	assert.equal(unseen([boot, said, elsewhere], operation), found);
	const alert = server({ server: "service", what: "refused", reason: "unknown ca", presented: "A" });
	assert.equal(unseen([boot, said, alert], operation), found);
});

test("a rehearsal that ends in the middle of a session is judged as if it had not", async () => {
	const byB = (seen: Seen) => seen.events(service(3, "current")).length;
	let before: number | undefined;
	const cutShort: Scenario = {
		...revokedAfterStored,
		timeline: [
			...revokedAfterStored.timeline.filter(moment => moment.is !== "until" || moment.year < 9),
			until(9.4, "B is current", seen => byB(seen) > 0),
			until(9.5, "the line of one more session", seen => byB(seen) > (before ??= byB(seen))),
		],
		end: 9.5,
	};
	const { findings } = await Rehearsal.run(cutShort, { board: "node", yearMilliseconds: 150 });
	assert.equal(
		findings.filter(({ ok }) => !ok).map(({ what }) => what),
		[],
	);
});

test("a rehearsal whose own program comes late sees no event in a later period than its own", async () => {
	const { findings, record } = await Rehearsal.run(revokedAfterStored, {
		board: "node",
		yearMilliseconds: 50,
		onTick: () => {
			const until = performance.now() + 3 * 50; // three years pass unseen
			while (performance.now() < until);
		},
	});
	assert.equal(
		findings.filter(({ ok }) => !ok).map(({ what }) => what),
		[],
	);
	const years = record.map(({ year }) => year);
	assert.equal(
		years,
		[...years].sort((a, b) => a - b),
	);
});

test("a service that shows a former authority again is found", () => {
	const shown = (presented: string) => server({ server: "service", what: "connected", presented });
	assert.ok(new Seen([shown("A"), shown("B"), shown("B")]).neverShownAgain("A", "B"));
	assert.not.ok(new Seen([shown("A"), shown("B"), shown("A")]).neverShownAgain("A", "B"));
	assert.not.ok(new Seen([shown("A")]).neverShownAgain("A", "B"));
});

test.run();
