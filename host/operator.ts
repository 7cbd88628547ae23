// The system operator's rules: figures 5 and 6 of the source as a state machine without effects. A plan, the time and
// orders go in; who is up comes out. Steps carry the figures' numbers, so that a log can be read beside them.
//
// Time is in years since the first authority came into operation. What is due is due by the plan (`nextDue`), whether
// a schedule carries it out (`advance`) or a person (`give`). Orders that cannot be given throw OrderError.
//
// Beyond the figures (firmware/DESIGN.md §7): download servers without end by default; a provisional authority can be
// revoked.

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

export type Phase = "provisional" | "full" | "terminated" | "revoked";

/** A certificate authority (101), named by the generation of the CA information that it issues. */
export interface Authority {
	generation: number;
	/** A, B, B′, C …: as people speak of it. */
	letter: string;
	phase: Phase;
	from: number; // years: start of its validity
	until: number; // years: end of its validity
	/** The generation in full operation when it was made, from which it takes over (key 6); 0 for the first. */
	follows: number;
	/** Its CA information announces that all before it are revoked (key 5). */
	revokes: boolean;
	fullFrom?: number;
	endedAt?: number;
}

/** The download server (406) whose URL CA information `namedBy` carries, with a certificate from that authority. */
export interface DownloadServer {
	namedBy: number; // generation
	up: boolean;
	from: number;
	/** Generation of the CA information that it serves. */
	serves: number;
	endedAt?: number;
}

export interface Operation {
	year: number;
	/** Generation in full operation: it signs what application servers present. */
	full: number;
	/** Generation in provisional operation. */
	next?: number;
	authorities: Authority[];
	downloadServers: DownloadServer[];
}

export type Order =
	| { order: "provide" } // 505, 506: the next authority provisionally, and its download server
	| { order: "take over" } // 509, 510: the end of the current authority, the next in full operation
	| { order: "revoke"; generation: number } // 503, 507, 511; or a provisional authority
	| { order: "close"; namedBy: number }; // 603: a download server whose period ended

export interface Step {
	year: number;
	/** The step in figures 5 and 6, with a prime where it is ours. */
	step: string;
	what:
		| "authority in full operation"
		| "authority in provisional operation"
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
export function begin(plan: Plan): { operation: Operation; steps: Step[] } {
	checkPlan(plan);
	const first: Authority = { ...newAuthority(plan, 1, "A", 0), phase: "full", fullFrom: 0 };
	return {
		operation: { year: 0, full: 1, authorities: [first], downloadServers: [] },
		steps: [{ year: 0, step: "502", what: "authority in full operation", generation: 1 }],
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

/** Carries out one order at `year`. Orders of the past take effect now. */
export function give(
	plan: Plan,
	before: Operation,
	order: Order,
	year: number,
): { operation: Operation; steps: Step[] } {
	const operation = structuredClone(before);
	operation.year = Math.max(before.year, year);
	const steps: Step[] = [];
	const take = (step: string, what: Step["what"], generation: number, namedBy?: number) =>
		steps.push({ year: operation.year, step, what, generation, ...(namedBy === undefined ? {} : { namedBy }) });

	if (order.order === "provide") {
		if (operation.next !== undefined)
			throw new OrderError(`generation ${operation.next} is in provisional operation already`);
		provide(false, "505", "506");
	} else if (order.order === "take over") {
		takeOver("terminated");
	} else if (order.order === "revoke") {
		revoke(order.generation);
	} else {
		const server = operation.downloadServers.find(({ namedBy }) => namedBy === order.namedBy);
		if (!server?.up) throw new OrderError(`no download server named by generation ${order.namedBy} is in operation`);
		server.up = false;
		server.endedAt = operation.year;
		take("603", "download server terminated", server.serves, server.namedBy);
	}
	return { operation, steps };

	function provide(revokes: boolean, provisional: string, download: string, letter?: string) {
		const generation = newest(operation) + 1;
		const authority = newAuthority(
			plan,
			generation,
			letter ?? letterAfter(authorityOf(operation, operation.full)),
			operation.year,
		);
		operation.authorities.push({ ...authority, follows: operation.full, revokes });
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
		const authority = operation.authorities.find(one => one.generation === generation);
		if (!authority) throw new OrderError(`there is no authority of generation ${generation}`);
		if (authority.phase === "revoked") throw new OrderError(`generation ${generation} is revoked already`);
		if (generation === operation.next) {
			// Ours: B′ in the place of B. Its CA information does not revoke: A goes on.
			end(generation, "revoked", "507′");
			provide(false, "505′", "506′", `${authority.letter}′`);
		} else if (generation === operation.full) {
			if (operation.next === undefined) provide(true, "511", "511");
			takeOver("revoked");
		} else {
			end(generation, "revoked", "507′"); // out of operation before; from now on it counts as stolen
		}
	}

	function end(generation: number, phase: "terminated" | "revoked", step: string) {
		const authority = authorityOf(operation, generation);
		authority.phase = phase;
		authority.endedAt ??= operation.year;
		take(step, phase === "revoked" ? "authority revoked" : "authority terminated", generation);
	}

	/** Each URL serves the newest authority in full operation, or else the one that follows the URL's own. */
	function serveAnew(step: string) {
		for (const { generation: namedBy } of operation.authorities) {
			const serves = servedAt(operation, namedBy);
			if (serves === undefined) continue;
			const server = operation.downloadServers.find(one => one.namedBy === namedBy);
			if (!server) {
				operation.downloadServers.push({ namedBy, up: true, from: operation.year, serves });
				take(step, "download server in operation", serves, namedBy);
			} else if (server.up && server.serves !== serves) {
				server.serves = serves;
				take(step, "download server in operation", serves, namedBy);
			}
		}
	}
}

/** The CA information that the URL in generation `namedBy`'s serves; undefined: the server is not in operation yet. */
export function servedAt(operation: Operation, namedBy: number): number | undefined {
	if (operation.full > namedBy) return operation.full;
	if (operation.next === undefined) return undefined;
	// The authority in full operation names the provisional one's URL. So does a revoked provisional one: a device that
	// was made to promote it must find its way out.
	return namedBy < operation.next ? operation.next : undefined;
}

export function authorityOf(operation: Operation, generation: number): Authority {
	const found = operation.authorities.find(authority => authority.generation === generation);
	if (!found) throw new RangeError(`there is no authority of generation ${generation}`);
	return found;
}

export function newest({ authorities }: Operation) {
	return authorities[authorities.length - 1].generation;
}

function newAuthority(plan: Plan, generation: number, letter: string, from: number): Authority {
	const validityYears = plan.authorities?.[generation]?.validityYears ?? plan.validityYears;
	return { generation, letter, phase: "provisional", from, until: from + validityYears, follows: 0, revokes: false };
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
