// The system operator's rules: figures 5 and 6 of the source as a state machine without effects. A plan, the time and
// orders go in; who is up comes out. Steps carry the figures' numbers, so that a log can be read beside them.
//
// Time is in years since the first authority came into operation. What is due is due by the plan (`nextDue`), whether
// a schedule carries it out (`advance`) or a person (`give`). Orders that cannot be given throw OrderError.
//
// Beyond the figures (firmware/DESIGN.md §7): download servers without end by default; a provisional authority can be
// revoked; a CA information can be issued anew.

import type { KeyType } from "./signing-key.js";

export interface Plan {
	/** Years for which a CA certificate is valid, from its coming into provisional (the first: full) operation. */
	validityYears: number;
	/** The next authority comes into provisional operation this long before the current one's end. */
	overlapYears: number;
	/** How long a download server stays: without end, or as figure 6 has it. */
	retention: "for ever" | "until the previous CA ends";
	/** Generations whose periods differ. */
	authorities?: { [generation: number]: { validityYears?: number; overlapYears?: number } };
}

/** `replaced`: issued anew, the same CA under a greater generation. */
export type Phase = "provisional" | "full" | "replaced" | "terminated" | "revoked";

/** A CA information and the certificate authority (101) that issues it; an authority may have several, one in force. */
export interface Authority {
	generation: number;
	/** The generation with which this CA began: what was issued anew has that one's key, certificate and letter. */
	ca: number;
	/** A, B, B′, C …: as people speak of it. */
	letter: string;
	phase: Phase;
	from: number; // years: start of its validity
	until: number; // years: end of its validity
	issued: number; // years: when this CA information was ordered
	/** Its CA information announces that all before it are revoked (key 5). */
	revokes: boolean;
	/** The generation in full operation when it was issued, from which it takes over (key 6). */
	follows: number;
	/** Server certificates before it are refused (key 4): seconds since 1970. */
	leafNotBefore?: number;
	/** The kind of its key and of its servers' keys; absent: the fleet's. */
	keyType?: KeyType;
	/** Where its successor will be, as far as the fleet's addresses have been moved since they were planned. */
	moved?: Addresses;
	fullFrom?: number;
	endedAt?: number;
}

/** Where CA information will be: `{n}` stands for its generation. */
export interface Addresses {
	downloadUrl?: string;
	mirrors?: string[];
}

/** The download server (406) whose URL CA information `namedBy` carries, with a certificate from that authority. */
export interface DownloadServer {
	namedBy: number; // generation
	up: boolean;
	from: number;
	endedAt?: number;
}

export interface Operation {
	year: number;
	/** Generation in full operation: it signs what application servers present. */
	full: number;
	/** Generation in provisional operation. */
	next?: number;
	/** Where the fleet's addresses were moved to. */
	moved?: Addresses;
	/** The lowest generation that may be issued, where that is not simply the next one. */
	least?: number;
	authorities: Authority[];
	downloadServers: DownloadServer[];
}

export type Order =
	| { order: "provide"; keyType?: KeyType } // 505, 506: the next authority provisionally, and its download server
	| { order: "take over" } // 509, 510: the end of the current authority, the next in full operation
	| { order: "revoke"; generation: number } // 503, 507, 511; or a provisional authority
	| ReissueOrder
	| { order: "close"; namedBy: number } // 603: a download server whose period ended
	| RestoredOrder;

/** A backup does not know which generations up to `above` were signed: what of `unsigned` is among them is issued anew. */
export interface RestoredOrder {
	order: "restored";
	above: number;
	unsigned: number[];
}

/** The same CA under a greater generation, and all later ones after it. What is not given stays as it is. */
export interface ReissueOrder {
	order: "reissue";
	generation: number;
	leafNotBefore?: number;
	/** New addresses, for this generation and all that come after it. */
	moved?: Addresses;
}

export interface Step {
	year: number;
	/** The step in figures 5 and 6, with a prime where it is ours. */
	step: string;
	what:
		| "authority in full operation"
		| "authority in provisional operation"
		| "CA information issued anew"
		| "authority terminated"
		| "authority revoked"
		| "download server in operation"
		| "download server terminated";
	generation: number; // for a download server: the one that it serves
	namedBy?: number;
}

/** The order makes no sense in this state. */
export class OrderError extends Error {}

/** Steps 501, 502: the first authority in full operation. */
export function begin(plan: Plan, generation = 1): { operation: Operation; steps: Step[] } {
	checkPlan(plan);
	const first: Authority = { ...newAuthority(plan, generation, "A", 0), follows: 0, phase: "full", fullFrom: 0 };
	return {
		operation: { year: 0, full: generation, authorities: [first], downloadServers: [] },
		steps: [{ year: 0, step: "502", what: "authority in full operation", generation }],
	};
}

/** Carries out by schedule all that falls due up to `year`. The result does not depend on how often it is called. */
export function advance(plan: Plan, operation: Operation, year: number): { operation: Operation; steps: Step[] } {
	const steps: Step[] = [];
	for (;;) {
		const due = nextDue(plan, operation);
		if (!due || due.year > year) break;
		const given = give(plan, operation, due.order, due.year);
		operation = given.operation;
		steps.push(...given.steps);
	}
	return { operation: { ...operation, year: Math.max(year, operation.year) }, steps };
}

/** What the plan wants next, and when: 504, 508 or 602. */
export function nextDue(plan: Plan, operation: Operation): { year: number; order: Order } | undefined {
	const current = authorityOf(operation, operation.full);
	const due: { year: number; order: Order }[] = [];
	if (operation.next === undefined) {
		due.push({ year: current.until - overlapOf(plan, current.generation), order: { order: "provide" } });
	} else {
		due.push({ year: current.until, order: { order: "take over" } });
	}
	if (plan.retention !== "for ever") {
		for (const { up, namedBy } of operation.downloadServers) {
			// Figure 6: the permitted period is that of the authority that names the server, revoked or not.
			if (up) due.push({ year: authorityOf(operation, namedBy).until, order: { order: "close", namedBy } });
		}
	}
	due.sort((a, b) => a.year - b.year);
	return due[0];
}

/**
 * Carries out one order at `year`. Orders of the past take effect now. `least`: the lowest generation that may be issued,
 * where the DL signing key has signed more than is known here.
 */
export function give(
	plan: Plan,
	before: Operation,
	order: Order,
	year: number,
	least = 0,
): { operation: Operation; steps: Step[] } {
	const operation = structuredClone(before);
	operation.year = Math.max(before.year, year);
	const steps: Step[] = [];
	const take = (step: string, what: Step["what"], generation: number, namedBy?: number) =>
		steps.push({ year: operation.year, step, what, generation, ...(namedBy === undefined ? {} : { namedBy }) });
	const served = new Map(before.authorities.map(({ generation }) => [generation, servedAt(before, generation)]));

	switch (order.order) {
		case "provide":
			if (operation.next !== undefined)
				throw new OrderError(`generation ${operation.next} is in provisional operation already`);
			provide(false, letterAfter(authorityOf(operation, operation.full)), "505", "506", order.keyType);
			break;
		case "take over":
			takeOver("terminated");
			break;
		case "revoke":
			revoke(order.generation);
			break;
		case "reissue":
			reissue(order);
			break;
		case "close":
			close(order.namedBy);
			break;
		case "restored":
			restored(order);
	}
	return { operation, steps };

	/** Without a type of key it has that of the authority before it: nobody falls back to another unawares. */
	function provide(
		revokes: boolean,
		letter: string,
		provisional: string,
		download: string,
		keyType = authorityOf(operation, newest(operation)).keyType,
	) {
		const generation = nextGeneration();
		operation.authorities.push({
			...newAuthority(plan, generation, letter, operation.year),
			follows: operation.full,
			revokes,
			...(keyType ? { keyType } : {}),
			...(operation.moved ? { moved: operation.moved } : {}),
		});
		operation.next = generation;
		take(provisional, "authority in provisional operation", generation);
		serveAnew(download);
	}

	function takeOver(ended: "terminated" | "revoked") {
		if (operation.next === undefined)
			throw new OrderError("there is no authority in provisional operation to take over");
		end(operation.full, ended, "509");
		operation.full = operation.next;
		delete operation.next;
		const now = authorityOf(operation, operation.full);
		now.phase = "full";
		now.fullFrom = operation.year;
		take("510", "authority in full operation", now.generation);
		serveAnew("506′");
	}

	function revoke(generation: number) {
		const authority = find(generation);
		if (authority.phase === "revoked") throw new OrderError(`generation ${generation} is revoked already`);
		const next = operation.next === undefined ? undefined : authorityOf(operation, operation.next);
		if (authority.ca === next?.ca) {
			// Ours: B′ in the place of B. Devices take A's new CA information at once, and with it nothing older of B's.
			end(next.generation, "revoked", "507′");
			delete operation.next;
			issueAnew(operation.full, {}, "502′");
			provide(false, `${authority.letter}′`, "505′", "506′", next.keyType);
		} else if (authority.ca === authorityOf(operation, operation.full).ca) {
			if (!next) provide(true, letterAfter(authority), "511", "511");
			else if (!next.revokes) issueAnew(next.generation, { revokes: true }, "505′");
			takeOver("revoked");
		} else {
			end(generation, "revoked", "507′"); // out of operation before; from now on it counts as stolen
		}
	}

	function reissue({ generation, leafNotBefore, moved }: ReissueOrder) {
		const { letter, phase } = find(generation);
		if (phase === "replaced")
			throw new OrderError(`generation ${generation} was issued anew: CA ${letter} is at ${inForce(generation)} now`);
		if (phase !== "full" && phase !== "provisional")
			throw new OrderError(`generation ${generation} is ${phase}: CA ${letter} does not come back`);
		if (moved) operation.moved = { ...operation.moved, ...moved };
		const addresses = (of: number) => (moved ? { moved: { ...authorityOf(operation, of).moved, ...moved } } : {});
		const date = leafNotBefore === undefined ? {} : { leafNotBefore };
		issueAnew(generation, { ...addresses(generation), ...date }, phase === "full" ? "502′" : "505′");
		// Devices take no lower generation after a greater one: so whatever is later is issued again too.
		if (phase === "full" && operation.next !== undefined) issueAnew(operation.next, addresses(operation.next), "505′");
		serveAnew("506′");
	}

	function restored({ above, unsigned }: RestoredOrder) {
		operation.least = Math.max(operation.least ?? 0, above + 1);
		const isFresh = (generation: number) => unsigned.includes(generation) && generation <= above;
		if (isFresh(operation.full)) {
			issueAnew(operation.full, {}, "502′");
			if (operation.next !== undefined) issueAnew(operation.next, {}, "505′");
		} else if (operation.next !== undefined && isFresh(operation.next)) {
			issueAnew(operation.next, {}, "505′");
		}
		serveAnew("506′");
	}

	/** In full operation it follows the one that it replaces, in provisional operation the one in full operation. */
	function issueAnew(old: number, changes: Partial<Authority>, step: string) {
		const former = authorityOf(operation, old);
		const generation = nextGeneration();
		const anew = { ...former, generation, issued: operation.year, follows: operation.full, ...changes };
		former.phase = "replaced";
		former.endedAt = operation.year;
		operation.authorities.push(anew);
		if (old === operation.next) {
			operation.next = generation;
		} else {
			operation.full = generation;
			anew.fullFrom = operation.year;
		}
		take(step, "CA information issued anew", generation);
	}

	function close(namedBy: number) {
		const server = operation.downloadServers.find(one => one.namedBy === namedBy);
		if (!server?.up) throw new OrderError(`no download server named by generation ${namedBy} is in operation`);
		server.up = false;
		server.endedAt = operation.year;
		take("603", "download server terminated", servedAt(operation, namedBy) ?? namedBy, namedBy);
	}

	/** Ends a CA. If it is revoked, all that it has issued is. */
	function end(generation: number, phase: "terminated" | "revoked", step: string) {
		const ended = authorityOf(operation, generation);
		const all = operation.authorities.filter(({ ca }) => ca === ended.ca);
		for (const authority of phase === "revoked" ? all : [ended]) {
			authority.phase = phase;
			authority.endedAt ??= operation.year;
		}
		take(step, phase === "revoked" ? "authority revoked" : "authority terminated", generation);
	}

	function serveAnew(step: string) {
		for (const { generation: namedBy } of operation.authorities) {
			const serves = servedAt(operation, namedBy);
			if (serves === undefined) continue;
			const server = operation.downloadServers.find(one => one.namedBy === namedBy);
			if (!server) operation.downloadServers.push({ namedBy, up: true, from: operation.year });
			else if (!server.up || served.get(namedBy) === serves) continue;
			served.set(namedBy, serves);
			take(step, "download server in operation", serves, namedBy);
		}
	}

	function nextGeneration() {
		return Math.max(newest(operation) + 1, operation.least ?? 0, least);
	}

	function find(generation: number): Authority {
		const authority = operation.authorities.find(one => one.generation === generation);
		if (!authority) throw new OrderError(`there is no authority of generation ${generation}`);
		return authority;
	}

	/** The greatest generation of its CA. */
	function inForce(generation: number): number {
		const { ca } = authorityOf(operation, generation);
		return newest({ authorities: operation.authorities.filter(one => one.ca === ca) });
	}
}

/**
 * What the address that CA information `namedBy` names serves (firmware/DESIGN.md §7): the newest in full operation, if
 * that is above `namedBy`; until then the newest, signed and not revoked, that follows `namedBy`. Undefined: nothing, 404.
 *
 * So an old address never serves a provisional authority, which its devices could not tell from one in service; what
 * was lured to a revoked provisional one finds its way back; and until something new is signed, what it replaces is served.
 */
export function servedAt(
	{ authorities }: Pick<Operation, "authorities">,
	namedBy: number,
	isSigned: (generation: number) => boolean = () => true,
): number | undefined {
	const servable = authorities.filter(
		({ generation, phase }) => generation > namedBy && phase !== "revoked" && isSigned(generation),
	);
	const full = servable.filter(({ fullFrom }) => fullFrom !== undefined);
	return (full.at(-1) ?? servable.filter(({ follows }) => follows === namedBy).at(-1))?.generation;
}

/**
 * Whose certificate services show beside that of the authority in full operation, to devices that cannot check that one:
 * of the newest before it that has another kind of key. Undefined: they show one. Never before full operation, which is
 * when a device that holds the next authority moves; never what a revocation has ended.
 */
export function shownBeside(
	{ authorities, full }: Operation,
	isMlDsa: (generation: number) => boolean,
): number | undefined {
	if (!isMlDsa(full)) return undefined;
	const revoking = authorities.filter(({ generation, revokes }) => revokes && generation <= full).at(-1);
	return authorities
		.filter(({ generation, phase }) => phase === "terminated" && generation >= (revoking?.generation ?? 0))
		.filter(({ generation }) => !isMlDsa(generation))
		.at(-1)?.generation;
}

export function authorityOf(operation: Operation, generation: number): Authority {
	const found = operation.authorities.find(authority => authority.generation === generation);
	if (!found) throw new RangeError(`there is no authority of generation ${generation}`);
	return found;
}

export function newest({ authorities }: Pick<Operation, "authorities">): number {
	return authorities[authorities.length - 1].generation;
}

function newAuthority(plan: Plan, generation: number, letter: string, from: number): Omit<Authority, "follows"> {
	const validityYears = plan.authorities?.[generation]?.validityYears ?? plan.validityYears;
	const until = from + validityYears;
	return { generation, ca: generation, letter, phase: "provisional", from, until, issued: from, revokes: false };
}

function overlapOf(plan: Plan, generation: number) {
	return plan.authorities?.[generation]?.overlapYears ?? plan.overlapYears;
}

/** B after A, AA after Z; primes belong to one letter only. */
function letterAfter({ letter }: Authority): string {
	const letters = [...letter.replaceAll("′", "")];
	for (let at = letters.length - 1; at >= 0; at--) {
		if (letters[at] !== "Z") {
			letters[at] = String.fromCharCode(letters[at].charCodeAt(0) + 1);
			return letters.join("");
		}
		letters[at] = "A";
	}
	return `A${letters.join("")}`;
}

/** Throws RangeError unless each authority outlives the one before it. */
export function checkPlan(plan: Plan): void {
	const all = [plan, ...Object.values(plan.authorities ?? {}).map(own => ({ ...plan, ...own }))];
	for (const { validityYears, overlapYears } of all) {
		if (!(validityYears > 0) || !Number.isFinite(validityYears)) {
			throw new RangeError(`expected a validity of more than 0 years, got ${validityYears}`);
		}
		if (!(overlapYears >= 0)) throw new RangeError(`expected an overlap of at least 0 years, got ${overlapYears}`);
	}
	const shortest = Math.min(...all.map(({ validityYears }) => validityYears));
	const longest = Math.max(...all.map(({ overlapYears }) => overlapYears));
	if (longest >= shortest) {
		throw new RangeError(`expected an overlap shorter than every validity, got ${longest} and ${shortest} years`);
	}
}
