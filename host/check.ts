// Whether all that a fleet has is whole: every file, key, certificate, signature and date, and the DL key's log if that is at
// hand; and for whatever is not, what to do. Nothing is changed.

import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { decodeCaInformation, encodePayload } from "./ca-information.js";
import { judgeAuthority, judgeServer } from "./device-judge.js";
import type { Fleet } from "./fleet.js";
import { httpsHosts, MOST_HYBRID_GENERATIONS } from "./fleet-plan.js";
import { type Authority, newest, type Operation } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import type { Signer } from "./signer.js";

/** `danger`: devices are, or will be, cut off. `due`: something is to be done. `note`: it does no harm. */
export type Weight = "danger" | "due" | "note";

export interface Finding {
	weight: Weight;
	what: string;
	/** What to do. */
	remedy: string;
}

export interface CheckOptions {
	signer?: Signer;
	now?: Date;
}

/** The gravest first. Throws OperatorError if the record itself cannot be read. */
export function check(fleet: Fleet, { signer, now = new Date() }: CheckOptions = {}): Finding[] {
	const { record } = fleet;
	if (!record)
		return [{ weight: "danger", what: `${fleet.folder}: nothing is in operation`, remedy: "give baton init again" }];
	const { operation } = record;
	const findings = [
		...operation.authorities.flatMap(authority => checkAuthority(fleet, operation, authority, now)),
		...checkAddresses(fleet, operation),
		...checkGenerations(fleet, operation),
		...checkLeftovers(fleet, operation),
		...checkAudit(fleet),
		...checkBackup(fleet),
		...(signer ? checkLog(fleet, operation, signer) : []),
	];
	return gravestFirst(findings);
}

/** What checking came to, looked at again after a while. */
export class Findings {
	readonly #fleet: Fleet;
	#checked: { at: number; findings: Finding[] } | undefined;

	constructor(fleet: Fleet) {
		this.#fleet = fleet;
	}

	get all(): Finding[] {
		const now = performance.now();
		if (!this.#checked || now - this.#checked.at > CHECKED_FOR)
			this.#checked = { at: now, findings: check(this.#fleet) };
		return this.#checked.findings;
	}

	forget(): void {
		this.#checked = undefined;
	}
}

const CHECKED_FOR = 10_000; // ms

export function gravestFirst(findings: Finding[]): Finding[] {
	const order: Weight[] = ["danger", "due", "note"];
	return findings.sort((a, b) => order.indexOf(a.weight) - order.indexOf(b.weight));
}

/** From which share of its indices on a hybrid key is to be changed: a change waits for the firmware of every device. */
const NEARLY_ALL = 0.8;

function checkGenerations({ isHybrid }: Fleet, operation: Operation): Finding[] {
	const last = newest(operation);
	if (!isHybrid || last < NEARLY_ALL * MOST_HYBRID_GENERATIONS) return [];
	return [
		{
			weight: "due",
			what: `generation ${last} of ${MOST_HYBRID_GENERATIONS}: a hybrid DL key signs no more than these`,
			remedy: "change the DL keys by a firmware update: OPERATING.md",
		},
	];
}

export function findingText({ weight, what, remedy }: Finding): string {
	return `${weight === "danger" ? "DANGER: " : weight === "due" ? "" : "note: "}${what}: ${remedy}`;
}

const RESTORE = "restore it from a backup";

function checkAuthority(fleet: Fleet, operation: Operation, authority: Authority, now: Date): Finding[] {
	const { generation, letter, phase, ca } = authority;
	const findings: Finding[] = [];
	const inForce = phase === "full" || phase === "provisional";
	const find = (weight: Weight, what: string, remedy: string) => findings.push({ weight, what, remedy });
	const folder = fleet.at(generation);
	if (!folder.exists) {
		find(inForce ? "danger" : "due", `${folder.path} is not there`, RESTORE);
		return findings;
	}

	// The CA's own key: needed to issue servers' certificates, and to issue its information anew.
	if (ca === generation && !isOver(operation, ca) && !folder.ordered?.keyElsewhere) {
		attempt(
			() => fleet.authority(generation),
			why => find("danger", `CA ${letter}: ${why}`, `${RESTORE}; if the key is lost, baton revoke ${generation}`),
		);
	}
	// The certificate: devices hold it, servers are checked by it.
	const anchor = attempt(
		() => judgeAuthority(fleet.at(ca).anchor),
		why => find("danger", `CA ${letter}: ${why}`, RESTORE),
	);
	if (anchor && inForce) {
		const { validTo } = new X509Certificate(fleet.at(ca).certificate);
		if (new Date(validTo) <= now)
			find(
				phase === "full" ? "danger" : "due",
				`CA ${letter} was valid until ${validTo}`,
				"devices go on with it, other software does not: baton ca issue, baton take-over",
			);
	}
	// Its download server's, which has to answer for as long as any device holds this CA information.
	const up = operation.downloadServers.find(({ namedBy }) => namedBy === generation)?.up ?? true;
	if (up) {
		if (folder.isWaiting)
			find(
				"due",
				`the download server that CA information ${generation} names has no certificate yet`,
				`carry ${folder.downloadRequestFile} to its CA, then baton ca certificate ${generation} SERVER.pem`,
			);
		const download = attempt(
			() => (folder.isWaiting ? undefined : fleet.downloadCredentials(generation)),
			why =>
				find(
					"danger",
					`the download server that CA information ${generation} names: ${why}`,
					`${RESTORE}, or baton server-cert`,
				),
		);
		if (download && anchor)
			attempt(
				() => {
					for (const host of httpsHosts(fleet.nextAddresses(generation)))
						judgeServer([download.certificate, ...(download.intermediates ?? [])], host, {
							...anchor,
							leafNotBefore: authority.leafNotBefore,
						});
				},
				why =>
					find(
						"danger",
						`the download server that CA information ${generation} names: ${why}`,
						`${RESTORE}, or baton server-cert`,
					),
			);
	}
	findings.push(...checkInformation(fleet, operation, authority, inForce));
	return findings;
}

function checkInformation(
	fleet: Fleet,
	operation: Operation,
	{ generation, phase }: Authority,
	inForce: boolean,
): Finding[] {
	const { information } = fleet.at(generation);
	if (!information) {
		if (!inForce) return [];
		return [
			{
				weight: phase === "full" ? "danger" : "due",
				what: `CA information ${generation} is not signed`,
				remedy: `carry ${fleet.at(generation).requestFile} to the DL key: baton sign, then baton ca accept here`,
			},
		];
	}
	const trouble = fleet.informationTrouble(generation, information);
	if (trouble)
		return [
			{
				weight: inForce ? "danger" : "due",
				what: `${fleet.at(generation).informationFile}: ${trouble}`,
				remedy: `${RESTORE}, or remove it and sign it again: the same bytes give the same signature`,
			},
		];
	if (fleet.signedByRetired(operation).includes(generation))
		return [
			{
				weight: inForce ? "danger" : "due",
				what: `CA information ${generation} is signed by a retired DL key: no device takes it`,
				remedy: "baton dl change, given again, signs it, or writes what is to be carried to the DL key",
			},
		];
	try {
		const wanted = encodePayload(fleet.unsigned(operation, generation));
		if (Buffer.from(decodeCaInformation(information).payload).equals(wanted)) return [];
	} catch (error) {
		if (!(error instanceof OperatorError)) throw error;
		return []; // a certificate that cannot be read has been told
	}
	return [
		{
			weight: inForce ? "danger" : "due",
			what: `${fleet.at(generation).informationFile} says something else than this fleet has ordered`,
			remedy: RESTORE,
		},
	];
}

/** Nothing of this CA is in force any more. */
function isOver(operation: Operation, ca: number): boolean {
	return !operation.authorities.some(one => one.ca === ca && (one.phase === "full" || one.phase === "provisional"));
}

function checkAddresses(fleet: Fleet, operation: Operation): Finding[] {
	const findings: Finding[] = [];
	const remedy = "restore fleet.json and operation.json from a backup";
	for (const authority of operation.authorities)
		attempt(
			() => fleet.checkAddresses(operation, authority),
			what => findings.push({ weight: "danger", what, remedy }),
		);
	return findings;
}

/** What an order that was broken off has left, or an operation.json from an older backup than the rest. */
function checkLeftovers(fleet: Fleet, operation: Operation): Finding[] {
	const known = new Set(operation.authorities.map(({ generation }) => String(generation)));
	const authority = join(fleet.folder, "authority");
	const unknown = readdirSync(authority).filter(name => !known.has(name));
	const torn = readdirSync(fleet.folder, { recursive: true, encoding: "utf8" }).filter(
		name => /\.[0-9a-f]{12}\.new$/.test(name) && !name.startsWith("authority/") && !/\.new\//.test(name),
	);
	return [
		...unknown.map((name): Finding => {
			const signed = existsSync(join(authority, name, "information.cbor"));
			const what = `${join(authority, name)}${signed ? ", signed," : ""} is not on record`;
			return signed
				? {
						weight: "due",
						what,
						remedy:
							"operation.json may come from an older backup than this: restore both from one; if an order was broken off, remove it",
					}
				: { weight: "note", what, remedy: "an order was broken off: remove it" };
		}),
		...torn.map(
			(name): Finding => ({
				weight: "note",
				what: `${join(fleet.folder, name)} was never finished`,
				remedy: "remove it: what it would have been is there, or comes with the next order",
			}),
		),
	];
}

/** Where backups are told of, each order needs one. */
function checkBackup({ folder, backedUp, lastOrder }: Fleet): Finding[] {
	if (!backedUp || backedUp >= lastOrder) return [];
	const [backup, order] = [backedUp, lastOrder].map(date => date.toISOString().slice(0, 16));
	const what = `the last order is of ${order}, the last backup of ${backup}`;
	return [{ weight: "due", what, remedy: `back up ${folder}, then say baton backed-up` }];
}

function checkAudit({ audit, record }: Fleet): Finding[] {
	const { trouble } = audit;
	const told = record?.entered;
	if (trouble !== undefined) {
		const remedy = "compare it with a backup: somebody has changed what was written, or a disk has";
		return [{ weight: "due", what: trouble, remedy }];
	}
	if (!told || audit.has(told)) return [];
	const what = `${audit.file} does not have the last order, ${told.what}`;
	return [
		{ weight: "due", what, remedy: "if nothing was broken off, compare it with a backup; the next order enters it" },
	];
}

function checkLog(fleet: Fleet, operation: Operation, signer: Signer): Finding[] {
	const findings: Finding[] = [];
	const last = newest(operation);
	const known = new Set(operation.authorities.map(({ generation }) => generation));
	const strange = signer.signed.filter(generation => !known.has(generation));
	if (strange.length > 0 && strange.at(-1)! > last)
		findings.push({
			weight: "danger",
			what: `the DL key has signed generation ${strange.at(-1)}, and this fleet ends at ${last}: its folder comes from an older backup`,
			remedy: `if there is a newer backup, restore that; else go on: the next order takes ${signer.last + 1}`,
		});
	for (const { generation } of operation.authorities) {
		const object = fleet.information(generation);
		if (!object) continue;
		const entry = signer.payload(generation);
		if (signer.isHybrid && signer.hasForgotten(generation, object))
			findings.push({
				weight: "danger",
				what: `the DL key has signed generation ${generation}, and its log does not have it: it comes from an older backup`,
				remedy: "sign nothing with it: restore a newer one, or baton dl restored, or use the spare",
			});
		else if (!entry)
			findings.push({
				weight: "due",
				what: `the DL key's log does not have generation ${generation}, which is signed: it comes from an older backup, or is a spare's`,
				remedy: "the next order enters it",
			});
		else if (!Buffer.from(entry).equals(decodeCaInformation(object).payload))
			findings.push({
				weight: "danger",
				what: `generation ${generation} was signed twice, with two contents`,
				remedy: "find out who else signs for this fleet; devices may hold either",
			});
	}
	return findings;
}

function attempt<Value>(read: () => Value, onTrouble: (why: string) => void): Value | undefined {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof OperatorError)) throw error;
		onTrouble(error.message);
		return undefined;
	}
}
