// The operator's verbs: init, status, ca issue, take-over, revoke.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { stepText } from "../../rehearsal/watch.js";
import { type Adoption, readAdoption, shareWith } from "../adoption.js";
import { rawPublicKey } from "../ca-information.js";
import { readDlKey } from "../device-command.js";
import { Fleet } from "../fleet.js";
import { authorityOf, begin, give, nextDue, type Operation, type Order, type Step } from "../operator.js";
import { OperatorError } from "../private-key-file.js";
import { Signer } from "../signer.js";
import { type ImportOptions, readImported } from "./import.js";
import { confirmed, dlPassphrase, type FolderOption, openFleet, passphrase, signerAtHand } from "./open-fleet.js";

export interface InitOptions extends FolderOption, ImportOptions {
	fleet: string;
	service: string[];
	downloadUrl: string;
	validity: number;
	overlap: number;
	untilPreviousEnds?: boolean;
	dlKey?: string[]; // files with public keys, where the DL signing key is elsewhere
	keyType?: "ed25519" | "p256";
}

/** Makes a fleet with authority A in full operation, and a DL signing key unless one is elsewhere. */
export async function init(options: InitOptions): Promise<void> {
	const { folder } = options;
	if (existsSync(folder) && readdirSync(folder).length > 0) throw new OperatorError(`${folder} is not empty`);
	const imported = readImported(options);
	const elsewhere = options.dlKey?.map(readDlKey);
	const signer = elsewhere ? undefined : Signer.create(join(folder, "dl"), options.fleet, dlPassphrase());
	const dlKeys = elsewhere ?? [signer!.publicKey];
	const fleet = Fleet.create(
		folder,
		{
			fleet: options.fleet,
			begins: new Date().toISOString(),
			plan: {
				validityYears: options.validity,
				overlapYears: options.overlap,
				retention: options.untilPreviousEnds ? "until the previous CA ends" : "for ever",
			},
			services: options.service,
			downloadUrl: options.downloadUrl,
			...(options.keyType ? { keyType: options.keyType } : {}),
			dlKeys: dlKeys.map(key => Buffer.from(rawPublicKey(key)).toString("hex")),
		},
		passphrase(),
	);
	const begun = begin(fleet.settings.plan);
	if (imported) {
		const { notAfter } = await fleet.importAuthority(1, imported);
		authorityOf(begun.operation, 1).until = fleet.yearOf(notAfter);
	}
	const { operation, steps } = await fleet.carryOut(begun);
	say(steps);
	signOrAsk(fleet, operation, signer);
	process.stdout.write(
		`The fleet is in ${folder}. ${signer ? `Its DL signing key is in ${join(folder, "dl")}: carry that folder to a machine without a network.\n` : "\n"}` +
			`Next: baton provision ${folder === "fleet" ? "" : `--folder ${folder} `}DEVICE for the factory; baton server-cert for the services.\n`,
	);
}

/** Order 505, 506 by hand; or with an authority that was made elsewhere. */
export async function issue(options: FolderOption & ImportOptions & { dl?: string }): Promise<void> {
	const { fleet, operation, year } = openFleet(options);
	const given = give(fleet.settings.plan, operation, { order: "provide" }, year);
	const imported = readImported(options);
	if (imported) {
		const { notAfter } = await fleet.importAuthority(given.operation.next!, imported);
		authorityOf(given.operation, given.operation.next!).until = fleet.yearOf(notAfter);
	}
	await carryOut(fleet, given, options);
}

/** Order 509, 510 by hand. Cannot be undone: devices that have followed refuse the old authority. */
export async function takeOver(
	options: FolderOption & { yes?: boolean; accessLog?: string[]; days: number; dl?: string },
): Promise<number> {
	const { fleet, operation, year } = openFleet(options);
	const { next } = operation;
	if (next === undefined)
		throw new OperatorError("there is no authority in provisional operation to take over: baton ca issue");
	if (!fleet.information(next))
		throw new OperatorError(`CA information ${next} is not signed yet: no device can have it. baton sign`);
	const adoption = await adoptionOf(fleet, options);
	const known = adoptionText(adoption, next, options.days);
	process.stdout.write(`${known}\n`);
	const share = shareWith(adoption, next);
	if (!options.yes) {
		const question =
			"Full operation cannot be undone: devices that follow refuse servers that still present the old authority.\n" +
			`Have certificates by CA ${authorityOf(operation, next).letter} ready for all of: ${fleet.settings.services.join(", ")}.`;
		const word = share === undefined || share < ENOUGH ? "take over anyway" : "take over";
		if (!(await confirmed(word, question))) {
			process.stderr.write("baton: not confirmed, nothing was changed (--yes where nobody can type)\n");
			return 1;
		}
	}
	await carryOut(fleet, give(fleet.settings.plan, operation, { order: "take over" }, year), options);
	return 0;
}

/** Revoking never waits, and never asks. */
export async function revoke(generation: number, options: FolderOption & { dl?: string }): Promise<void> {
	const { fleet, operation, year } = openFleet(options);
	await carryOut(fleet, give(fleet.settings.plan, operation, { order: "revoke", generation }, year), options);
	process.stdout.write(
		"Now give every service its certificate by the authority in full operation (baton server-cert), all at once.\n",
	);
}

export interface StatusOptions extends FolderOption {
	accessLog?: string[];
	days: number;
	json?: boolean;
}

export async function status(options: StatusOptions): Promise<void> {
	const { fleet, operation, year } = openFleet(options);
	const adoption = await adoptionOf(fleet, options);
	const due = nextDue(fleet.settings.plan, operation);
	const unsigned = fleet.unsignedGenerations(operation);
	if (options.json) {
		const shares = Object.fromEntries(adoption.held);
		process.stdout.write(
			`${JSON.stringify({ fleet: fleet.name, year, operation, due, unsigned, adoption: { asks: adoption.asks, held: shares } })}\n`,
		);
		return;
	}
	const day = (at: number) => fleet.dateOf(at).toISOString().slice(0, 10);
	const lines = [`fleet ${fleet.name}, year ${year.toFixed(1)} of its plan`];
	for (const { generation, letter, phase, from, until, endedAt } of operation.authorities) {
		const end = endedAt === undefined ? `valid until ${day(until)}` : `${phase} ${day(endedAt)}`;
		lines.push(
			`  CA ${letter.padEnd(3)} generation ${generation}  ${phase.padEnd(11)} from ${day(from)}, ${end}${unsigned.includes(generation) ? "  NOT SIGNED: baton sign" : ""}`,
		);
	}
	for (const { namedBy, up, serves, from, endedAt } of operation.downloadServers) {
		lines.push(
			`  ${new URL(fleet.nextAddress(namedBy)).host}  ${up ? `in operation since ${day(from)}, serves CA information ${serves}` : `terminated ${day(endedAt!)}`}`,
		);
	}
	lines.push(adoptionText(adoption, operation.next ?? operation.full, options.days));
	if (due)
		lines.push(`next by plan: ${orderText(due.order)} on ${day(due.year)}${due.year <= year ? " (due now)" : ""}`);
	process.stdout.write(`${lines.join("\n")}\n`);
}

/** Below this share of devices with the next authority, taking over is asked for twice. */
export const ENOUGH = 0.95;

/** From our own servers' log, and from those that were named. */
export async function adoptionOf(
	fleet: Fleet,
	{ accessLog = [], days }: { accessLog?: string[]; days: number },
): Promise<Adoption> {
	const since = new Date(Date.now() - days * 86_400_000);
	const adoption: Adoption = { asks: 0, held: new Map() };
	const own = join(fleet.folder, "access.log");
	for (const file of [...(existsSync(own) ? [own] : []), ...accessLog]) {
		if (!existsSync(file)) throw new OperatorError(`--access-log ${file}: no such file`);
		await readAdoption(file, since, adoption);
	}
	return adoption;
}

export function adoptionText(adoption: Adoption, generation: number, days: number): string {
	const share = shareWith(adoption, generation);
	if (share === undefined)
		return `adoption of generation ${generation}: unknown, no device asked in ${days} days (baton status --access-log FILE reads nginx's log)`;
	const held = [...adoption.held]
		.sort((a, b) => b[1] - a[1])
		.slice(0, 6)
		.map(([state, times]) => `(${state}) ${times}`)
		.join(", ");
	const low = share < ENOUGH ? " LOW:" : "";
	return `adoption of generation ${generation}:${low} ${Math.round(share * 100)} % of ${adoption.asks} requests in ${days} days; (current,next): ${held}. Unauthenticated: a hint, no proof.`;
}

export function orderText(order: Order): string {
	switch (order.order) {
		case "provide":
			return "the next authority comes into provisional operation, with its download server";
		case "take over":
			return "the current authority ends, the next takes over in full";
		case "revoke":
			return `generation ${order.generation} is revoked`;
		case "close":
			return `the download server named by generation ${order.namedBy} ends`;
	}
}

async function carryOut(
	fleet: Fleet,
	given: { operation: Operation; steps: Step[] },
	{ folder, dl }: FolderOption & { dl?: string },
): Promise<void> {
	await fleet.carryOut(given);
	say(given.steps);
	signOrAsk(fleet, given.operation, signerAtHand(folder, dl));
}

/** With the DL key at hand all is signed at once; else the requests are written, to be carried to it. */
export function signOrAsk(fleet: Fleet, operation: Operation, signer: Signer | undefined): void {
	if (signer) {
		for (const generation of fleet.sign(operation, signer))
			process.stdout.write(`CA information ${generation} is signed\n`);
		return;
	}
	for (const generation of fleet.unsignedGenerations(operation)) {
		const file = fleet.writeRequest(operation, generation);
		process.stdout.write(
			`to be signed where the DL key is: baton sign ${file} --dl DL --out ${generation}.cbor; then here: baton ca accept ${generation}.cbor\n`,
		);
	}
}

function say(steps: Step[]): void {
	for (const step of steps) process.stdout.write(`${stepText(step)}\n`);
}
