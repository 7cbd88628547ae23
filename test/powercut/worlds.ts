// Worlds for the model: what an operator issues, what its addresses serve (firmware/DESIGN.md §7's one rule), and which
// keys are stolen, phase by phase. A record has a name of one letter; each is signed by one DL key.

export type CA = "A" | "B" | "C" | "D" | "E";

export interface WorldRecord {
	generation: number;
	ca: CA;
	follows: number;
	/** Key 5. */
	revokes: boolean;
	dlKey: DlKeyName;
	/** The first firmware whose build can use its certificate. */
	usableBy: FirmwareNumber;
}

export type DlKeyName = "K1" | "K2";
export type FirmwareNumber = 1 | 2;

export interface Phase {
	/** Generation in full operation. */
	full: number;
	/** Generation in provisional operation. */
	provisional?: number;
	/** The highest generation that was issued: what an attacker may replay. */
	issued: number;
	/** The keys that an attacker holds. */
	stolen: readonly CA[];
	/** Generations that the operator has revoked, or replaced by a re-issue. */
	revoked: readonly number[];
	/** Addresses that are out of operation where retention is limited, by the generation that names them. */
	closed: readonly number[];
}

export interface World {
	records: { readonly [name: string]: WorldRecord };
	phases: readonly Phase[];
	/** For each firmware: the DL keys that it has, and the name of its factory CA information. */
	firmware: {
		readonly [n in FirmwareNumber]: { dlKeys: readonly DlKeyName[]; retired: readonly DlKeyName[]; factory: string };
	};
}

function record(generation: number, ca: CA, follows = generation - 1, more: Partial<WorldRecord> = {}): WorldRecord {
	return { generation, ca, follows, revokes: false, dlKey: "K1", usableBy: 1, ...more };
}

function phase(full: number, stolen: string, more: Partial<Phase> = {}): Phase {
	const issued = Math.max(full, more.provisional ?? 0);
	return { full, issued, revoked: [], closed: [], ...more, stolen: [...stolen] as CA[] };
}

const oneKey = { dlKeys: ["K1"], retired: [], factory: "1" } satisfies World["firmware"][1];
const onlyOne = { 1: oneKey, 2: oneKey };
const chain = { 1: record(1, "A"), 2: record(2, "B"), 3: record(3, "C") };

export const worlds = {
	normal: {
		records: chain,
		firmware: onlyOne,
		phases: [
			phase(1, ""),
			phase(1, "", { provisional: 2 }),
			phase(2, "A"),
			phase(2, "A", { provisional: 3, closed: [1] }),
			phase(3, "AB", { closed: [1] }),
		],
	},
	"four authorities": {
		records: { ...chain, 4: record(4, "D") },
		firmware: onlyOne,
		phases: [
			phase(1, "", { provisional: 2 }),
			phase(2, "A", { provisional: 3, closed: [1] }),
			phase(3, "AB", { provisional: 4, closed: [1, 2] }),
			phase(4, "ABC", { closed: [1, 2] }),
		],
	},
	// The provisional B is stolen and revoked: A is issued again, then E, which follows it.
	"revoked before service": {
		records: {
			1: record(1, "A"),
			2: record(2, "B"),
			3: record(3, "A", 1),
			4: record(4, "E"),
			5: record(5, "C"),
		},
		firmware: onlyOne,
		phases: [
			phase(1, "B", { provisional: 2 }),
			phase(3, "B", { provisional: 4, revoked: [2] }),
			phase(4, "AB", { revoked: [2], closed: [1] }),
			phase(4, "AB", { provisional: 5, revoked: [2], closed: [1, 2, 3] }),
		],
	},
	// … and then A is stolen too: E is issued again with key 5.
	"both revoked": {
		records: {
			1: record(1, "A"),
			2: record(2, "B"),
			3: record(3, "A", 1),
			4: record(4, "E"),
			5: record(5, "E", 3, { revokes: true }),
			6: record(6, "C"),
		},
		firmware: onlyOne,
		phases: [
			phase(1, "B", { provisional: 2 }),
			phase(3, "B", { provisional: 4, revoked: [2] }),
			phase(5, "AB", { revoked: [2, 4] }),
			phase(5, "AB", { provisional: 6, revoked: [2, 4] }),
			phase(6, "ABE", { revoked: [2, 4] }),
		],
	},
	// A's address moves while B is provisional: both are issued again.
	"re-issue": {
		records: {
			1: record(1, "A"),
			2: record(2, "B"),
			3: record(3, "A", 1),
			4: record(4, "B"),
			5: record(5, "C"),
		},
		firmware: onlyOne,
		phases: [
			phase(1, "", { provisional: 2 }),
			phase(3, "", { provisional: 4, revoked: [2] }),
			phase(4, "A", { revoked: [2], closed: [1, 3] }),
			phase(4, "A", { provisional: 5, revoked: [2], closed: [1, 3] }),
			phase(5, "AB", { revoked: [2], closed: [1, 2, 3] }),
		],
	},
	// A is stolen while B is provisional: B is issued again with key 5, following A, and takes over.
	"key 5": {
		records: {
			1: record(1, "A"),
			2: record(2, "B"),
			3: record(3, "B", 1, { revokes: true }),
			4: record(4, "C"),
		},
		firmware: onlyOne,
		phases: [
			phase(1, "A", { provisional: 2 }),
			phase(3, "A", { revoked: [2] }),
			phase(3, "A", { provisional: 4, revoked: [2] }),
		],
	},
	// B began with key 5 and is issued again, with it, while C is provisional.
	"key 5 kept": {
		records: {
			1: record(1, "A"),
			2: record(2, "B", 1, { revokes: true }),
			3: record(3, "C"),
			4: record(4, "B", 2, { revokes: true }),
			5: record(5, "C"),
		},
		firmware: onlyOne,
		phases: [
			phase(2, "A", { provisional: 3 }),
			phase(4, "A", { provisional: 5, revoked: [3] }),
			phase(5, "AB", { revoked: [3] }),
		],
	},
	// Firmware 1 cannot use C's certificate.
	"another key type": {
		records: { ...chain, 3: record(3, "C", 2, { usableBy: 2 }), 4: record(4, "D") },
		firmware: onlyOne,
		phases: [phase(1, "", { provisional: 2 }), phase(2, "A", { provisional: 3 }), phase(3, "AB"), phase(4, "AB")],
	},
	// Firmware 1 does not know the DL key that signs C.
	"another DL key": {
		records: { ...chain, 3: record(3, "C", 2, { dlKey: "K2" }) },
		firmware: { 1: oneKey, 2: { ...oneKey, dlKeys: ["K1", "K2"] } },
		phases: [phase(1, "", { provisional: 2 }), phase(2, "A", { provisional: 3 }), phase(3, "AB")],
	},
	// Firmware 2 has retired K1; what is served is signed by both.
	"a retired DL key": {
		records: {
			...chain,
			b: record(2, "B", 1, { dlKey: "K2" }),
			c: record(3, "C", 2, { dlKey: "K2" }),
			d: record(4, "D", 3, { dlKey: "K2" }),
		},
		firmware: {
			1: { dlKeys: ["K1"], retired: [], factory: "1" },
			2: { dlKeys: ["K2"], retired: ["K1"], factory: "1" },
		},
		phases: [
			phase(1, "", { provisional: 2 }),
			phase(2, "A", { provisional: 3 }),
			phase(3, "AB", { provisional: 4 }),
			phase(4, "ABC"),
		],
	},
	// Firmware 2 brings C as its factory's.
	"a newer factory": {
		records: { ...chain, 4: record(4, "D") },
		firmware: { 1: oneKey, 2: { ...oneKey, factory: "3" } },
		phases: [
			phase(1, "", { provisional: 2 }),
			phase(2, "A", { provisional: 3, closed: [1] }),
			phase(3, "AB", { provisional: 4, closed: [1, 2] }),
			phase(4, "ABC", { closed: [1, 2] }),
		],
	},
} as const satisfies { [name: string]: World };
export type WorldName = keyof typeof worlds;

/**
 * What the address that `holder` names serves: the newest CA information in full operation, if that is above it; until
 * then the newest that follows it. Names of records: one for each DL key that has signed it.
 */
export function served(world: World, phase: Phase, holder: number, limited: boolean): string[] {
	if (limited && phase.closed.includes(holder)) return [];
	const { full, provisional } = phase;
	const followed = Object.values(world.records).find(({ generation }) => generation === provisional)?.follows;
	const generation = full > holder ? full : followed === holder ? provisional : undefined;
	return Object.keys(world.records).filter(name => world.records[name].generation === generation);
}
