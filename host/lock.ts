// One order at a time on a fleet's folder, whoever gives it: a verb, `baton run`, the page.
//
// Who wants the lock puts a claim with a name of its own into `lock/`, then looks: the lock is his if no other claim of
// somebody alive is there; else he takes his own away, waits for a moment, and tries again. Of two, the later one to put
// his claim sees the other's. A claim is only ever removed by its owner, or once its owner has ended: no claim of anybody
// else has its name, so nothing can be removed in another's place.

import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createFile } from "./durable-file.js";
import { OperatorError } from "./operator-error.js";
import { hostName, userName } from "./person.js";

/** Who holds a lock, or left one behind. */
export interface Claim {
	pid: number;
	user: string;
	host: string;
	/** What he does: `baton revoke 1`. */
	what: string;
	since: string; // ISO 8601
	/** By which a process is told from another one of its number; absent where a system does not say. */
	process?: ProcessIdentity;
}

interface ProcessIdentity {
	boot: string;
	/** The namespace of its number: a container has one of its own. */
	namespace: string;
	/** When it was started, since the boot. */
	start: string;
}

export interface LockOptions {
	/** What the lock is for, for others to read. */
	what: string;
	/** How often the lock is tried for, with 20 to 60 ms between. */
	tries?: number;
	/** Hears of a lock that somebody left behind who has ended. */
	onStale?(claim: Claim): void;
}

const PATIENT = 500; // tries: some 20 s. An order takes less than one
/** A claim of which nobody can tell whether its owner is alive counts for so long. */
const LONGEST_ORDER = 3_600_000; // ms

/** Claims of this process: a number of a process says nothing of what it has forgotten. */
const own = new Set<string>();

/** Runs `work` while nobody else holds the lock on `folder`. Rejects with OperatorError that says who does. */
export async function locked<Result>(
	folder: string,
	{ what, tries = PATIENT, onStale }: LockOptions,
	work: () => Promise<Result>,
): Promise<Result> {
	const claims = join(folder, "lock");
	const claim: Claim = {
		pid: process.pid,
		user: userName(),
		host: hostName(),
		what,
		since: new Date().toISOString(),
		process: identityOf(process.pid),
	};
	for (let tried = 1; ; tried++) {
		const name = `${process.pid}-${randomBytes(6).toString("hex")}`;
		mkdirSync(claims, { recursive: true, mode: 0o700 });
		own.add(name);
		try {
			createFile(join(claims, name), `${JSON.stringify(claim)}\n`);
			const other = holder(claims, name, onStale);
			if (!other) return await work();
			if (tried >= tries) throw new OperatorError(`another baton is at work on ${folder}: ${claimText(other)}`);
		} finally {
			own.delete(name);
			rmSync(join(claims, name), { force: true });
		}
		await new Promise(resolve => setTimeout(resolve, randomInt(20, 60)));
	}
}

export function claimText({ pid, user, host, what, since }: Claim): string {
	return `${what} (process ${pid}, ${user} on ${host}, since ${since})`;
}

/** Another claim of somebody who is alive, or may be. Those of the dead are removed. */
function holder(claims: string, mine: string, onStale: LockOptions["onStale"]): Claim | undefined {
	for (const name of readdirSync(claims)) {
		if (name === mine || name.endsWith(".new")) continue;
		const file = join(claims, name);
		const claim = readClaim(file);
		if (!claim) continue; // it is being taken away, or has never been whole
		if (own.has(name) || isAlive(claim, file)) return claim;
		rmSync(file, { force: true });
		onStale?.(claim);
	}
	return undefined;
}

function readClaim(file: string): Claim | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as Claim;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

function isAlive({ pid, host, process: identity }: Claim, file: string): boolean {
	const here = identityOf(process.pid);
	if (host !== hostName() || identity?.namespace !== here?.namespace) {
		// Another machine on a shared folder, or another container: nothing here tells.
		const stat = statSync(file, { throwIfNoEntry: false });
		return stat !== undefined && Date.now() - stat.mtimeMs < LONGEST_ORDER;
	}
	if (pid === process.pid) return false; // of this process, and not in `own`
	if (identity?.boot !== here?.boot) return false;
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
	}
	return identity?.start === identityOf(pid)?.start;
}

/** From /proc, where there is one. */
function identityOf(pid: number): ProcessIdentity | undefined {
	try {
		const status = readFileSync(`/proc/${pid}/stat`, "utf8");
		const [start] = status
			.slice(status.lastIndexOf(")") + 2)
			.split(" ")
			.slice(19); // field 22: proc(5)
		return {
			boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
			namespace: readlinkSync(`/proc/${process.pid}/ns/pid`),
			start,
		};
	} catch {
		return undefined;
	}
}
