// Two operators give an order at the same moment, each in a process of his own: none is lost, and what comes of both is
// what one of them after the other would have come to.

import { type ChildProcess, fork } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { root } from "../../boards/bundle.js";
import { Fleet } from "../../host/fleet.js";
import { give, type Operation, type Order, OrderError } from "../../host/operator.js";
import { Dice } from "../dice.js";
import { type Ran, runInProcess } from "../host/in-process.js";

export interface TwoOrders {
	rounds: number;
	/** Rounds in which both orders were carried out. */
	both: number;
	/** What must not be, in words. */
	lost: string[];
}

const init = [
	"init",
	"--fleet",
	"example",
	"--service",
	"s.example",
	"--download-url",
	"https://d{n}.example/",
	"--classical",
];
const orders: { verb: string[]; order: Order }[] = [
	{ verb: ["ca", "issue"], order: { order: "provide" } },
	{ verb: ["take-over", "--yes"], order: { order: "take over" } },
	{ verb: ["revoke", "1"], order: { order: "revoke", generation: 1 } },
	{ verb: ["revoke", "2"], order: { order: "revoke", generation: 2 } },
	{ verb: ["reissue", "1"], order: { order: "reissue", generation: 1 } },
	{ verb: ["reissue", "2"], order: { order: "reissue", generation: 2 } },
];

export async function twoOrders(rounds: number, seed: number, tell?: (round: number) => void): Promise<TwoOrders> {
	const dice = new Dice(seed);
	const folder = mkdtempSync(join(tmpdir(), "baton-orders-"));
	const operators = await Promise.all([hire(), hire()]);
	const result: TwoOrders = { rounds, both: 0, lost: [] };
	try {
		const starts = [join(folder, "alone"), join(folder, "overlap")];
		for (const [i, start] of starts.entries()) {
			cpSync(join(root, "package.json"), join(start, "package.json")); // makes the folder
			for (const verb of [init, ...(i === 0 ? [] : [["ca", "issue"]])]) await runInProcess(verb, start);
		}
		for (let round = 0; round < rounds; round++) {
			const work = join(folder, "work");
			cpSync(starts[dice.below(2)], work, { recursive: true });
			const given = [0, 1].map(() => orders[dice.below(orders.length)]);
			const before = Fleet.open(join(work, "fleet")).record!;
			const ran = await Promise.all(given.map(({ verb }, i) => type(operators[i], verb, work)));
			const lost = judge(
				before,
				given.map(({ order }) => order),
				ran,
				Fleet.open(join(work, "fleet")),
			);
			if (lost) result.lost.push(`round ${round}, ${given.map(({ verb }) => verb.join(" ")).join(" and ")}: ${lost}`);
			if (ran.every(({ code }) => code === 0)) result.both++;
			rmSync(work, { recursive: true });
			tell?.(round + 1);
		}
	} finally {
		for (const operator of operators) operator.disconnect();
		rmSync(folder, { recursive: true, force: true });
	}
	return result;
}

/** Undefined: both orders came to what one after the other comes to, in one sequence or the other. */
function judge(
	before: { operation: Operation; last?: Order },
	given: Order[],
	ran: Ran[],
	fleet: Fleet,
): string | undefined {
	const { operation } = fleet.record!;
	const claims = readdirSync(join(fleet.folder, "lock"));
	if (claims.length > 0) return `a lock was left: ${claims}`;
	if (fleet.unsignedGenerations(operation).length > 0) return "something is not signed";
	const codes = ran.map(({ code }) => code);
	const sequences = [
		[0, 1],
		[1, 0],
	];
	const fits = sequences.some(sequence => {
		let now = before.operation;
		let last = before.last;
		const expected: number[] = [];
		for (const i of sequence) {
			try {
				now = give(fleet.settings.plan, now, given[i], now.year).operation;
				last = given[i];
				expected[i] = 0;
			} catch (error) {
				if (!(error instanceof OrderError)) throw error;
				expected[i] = isDeepStrictEqual(last, given[i]) ? 0 : 2;
			}
		}
		return isDeepStrictEqual(expected, codes) && isDeepStrictEqual(inWords(now), inWords(operation));
	});
	return fits ? undefined : `exit codes ${codes}, and ${inWords(operation).join("; ")}`;
}

function inWords({ authorities }: Operation): string[] {
	return authorities.map(
		({ generation, letter, phase, revokes, follows }) =>
			`${generation} ${letter} ${phase} after ${follows}${revokes ? ", revokes" : ""}`,
	);
}

function hire(): Promise<ChildProcess> {
	const child = fork(join(root, "bin/run.js"), ["test/orders/worker.ts"], { cwd: root });
	return new Promise((resolve, reject) => {
		child.once("message", () => resolve(child));
		child.once("exit", code => reject(new Error(`an operator ended with code ${code}`)));
	});
}

function type(operator: ChildProcess, verb: string[], folder: string): Promise<Ran> {
	return new Promise(resolve => {
		operator.once("message", resolve);
		operator.send({ verb, folder });
	});
}
