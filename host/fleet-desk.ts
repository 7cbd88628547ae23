// The desk from which a fleet is operated: what is in operation, the year of the plan that it is now, and the DL signing
// key if it is at hand. Every order goes over it, whoever gives it: a verb, the plan (`baton run`), the page, a
// rehearsal. What is in operation is read from disk each time, since another `baton` may have changed it.
//
// An order is one transaction, under the fleet's lock (lock.ts): the signer is opened; what an order before left unsigned
// is signed; the order is judged, with all that it would make, by the firmware's own readers; what it needs is made, then
// signed, and only then recorded. Broken off before that, it has not been given: given again, it uses what fits of what
// it left. With the DL key elsewhere it is recorded, and what is to be carried to that key is written.

import { createHash, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { censusOf } from "./adoption.js";
import { askAddresses, highestServed } from "./ask-addresses.js";
import { entry } from "./audit-log.js";
import type { Made, Ordered } from "./authority-folder.js";
import { decodeCaInformation, encodePayload } from "./ca-information.js";
import { judgePayload } from "./device-judge.js";
import { checkOneKind, type DlKey, isPair, isSameKey, rawPublicKey } from "./dl-key.js";
import { fingerprint, payloadFingerprint } from "./fingerprint.js";
import { Fleet, type FleetRecord } from "./fleet.js";
import { checkAddresses } from "./fleet-plan.js";
import type { ImportedAuthority } from "./imported-authority.js";
import { type Claim, claimText, locked } from "./lock.js";
import {
	type Authority,
	begin,
	give,
	newest,
	nextDue,
	type Operation,
	type Order,
	OrderError,
	type Step,
} from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { orderText, stepText } from "./operator-text.js";
import { dlPassphrase } from "./passphrases.js";
import { Signer } from "./signer.js";

/** What came of an order. */
export interface CarriedOut {
	/** What was in operation when its turn came; absent if nothing was, or nothing was to be done. */
	before?: Operation;
	steps: Step[];
	/** Generations whose CA information was signed. */
	signed: number[];
	/** Without the DL key: what is to be carried to it, one file for each generation. */
	toSign: { generation: number; file: string; payload: Uint8Array }[];
	/** Where a CA's key is elsewhere: requests for download servers' certificates that are to be carried there. */
	toCertify?: { generation: number; file: string }[];
	/** It was the last order that was given, and cannot be given twice: nothing was left to do but what is told here. */
	wasDone?: true;
}

export interface Desk {
	fleet: Fleet;
	/** Years since the fleet's beginning; default: by this machine's clock. */
	year?(): number;
	/** The DL signing key; undefined: it is elsewhere. Asked once for each order, before anything else. */
	signer(): Signer | undefined;
	/** The highest generation that the fleet's addresses serve now; absent: they are not asked. */
	served?(operation: Operation): Promise<number>;
	/** Hears of a lock that somebody left behind. */
	onStale?(claim: Claim): void;
}

export class FleetDesk {
	readonly fleet: Fleet;
	readonly #year: () => number;
	readonly #signer: () => Signer | undefined;
	readonly #served: Desk["served"];
	readonly #onStale: Desk["onStale"];
	#turn: Promise<unknown> = Promise.resolve();

	/** At a fleet's folder. The DL key is looked for in `dl`, or in the folder's own `dl`. Throws OperatorError. */
	static open({ folder, dl }: { folder: string; dl?: string }): FleetDesk {
		const fleet = Fleet.open(folder);
		return new FleetDesk({
			fleet,
			signer: () => signerAtHand(folder, dl),
			served: async operation => highestServed(await askAddresses(fleet, operation, [], PATIENCE)),
			onStale: claim =>
				void process.stderr.write(`baton: note: ${claimText(claim)} was broken off, and has left its lock behind\n`),
		});
	}

	constructor({ fleet, year, signer, served, onStale }: Desk) {
		this.fleet = fleet;
		this.#year = year ?? (() => fleet.yearOf(new Date()));
		this.#signer = signer;
		this.#served = served;
		this.#onStale = onStale;
	}

	/** What is in operation. Throws OperatorError before `begin`. */
	get operation(): Operation {
		return this.#record.operation;
	}

	/** All that led there. */
	get steps(): Step[] {
		return this.#record.steps;
	}

	get year(): number {
		return this.#year();
	}

	/** What the plan wants next, and when. */
	get due(): { year: number; order: Order } | undefined {
		return nextDue(this.fleet.settings.plan, this.operation);
	}

	/** The DL signing key, if it is here. Throws OperatorError if it cannot be used. */
	get signerAtHand(): Signer | undefined {
		return this.#signer();
	}

	/** Step 502: the first authority in full operation; `imported`, or a new one. */
	begin(imported?: ImportedAuthority): Promise<CarriedOut> {
		return this.#transact("init", async signer => {
			if (this.fleet.record) throw new OperatorError(`${this.fleet.folder} holds a fleet already`);
			return this.#carryOut(undefined, least => begin(this.fleet.settings.plan, least), signer, { imported });
		});
	}

	/**
	 * Gives one order, now. `imported`: the authority to provide, if it was made elsewhere. Rejects with OrderError or
	 * OperatorError.
	 */
	give(order: Order, imported?: ImportedAuthority): Promise<CarriedOut> {
		return this.#transact(order.order, async (signer, takenUp) => {
			try {
				return afterwards(takenUp, await this.#give(order, signer, imported));
			} catch (error) {
				const wasLast = isDeepStrictEqual(this.#record.last, remembered(order, imported));
				if (!(error instanceof OrderError) || !wasLast) throw error;
				return { ...takenUp, wasDone: true };
			}
		});
	}

	/** What the order would come to. Throws OrderError or OperatorError, as far as that can be known without making anything. */
	preview(order: Order): { operation: Operation; steps: Step[] } {
		const { plan } = this.fleet.settings;
		this.#check(order);
		return give(plan, this.operation, order, this.year);
	}

	/**
	 * Gives the order that is due by plan, if one still is when its turn comes, and `may` it. What was left unsigned is
	 * taken up in any case. Undefined: nothing was done.
	 */
	giveDue(may: (order: Order) => Promise<boolean> = async () => true): Promise<CarriedOut | undefined> {
		return this.#transact("plan", async (signer, takenUp) => {
			const { due, year } = this;
			const isDue = due !== undefined && due.year <= year && (await may(due.order));
			if (isDue) return afterwards(takenUp, await this.#give(due.order, signer, undefined, year));
			return takenUp.steps.length + takenUp.signed.length > 0 ? takenUp : undefined;
		});
	}

	/** What orders before have left is signed, or written to be signed. */
	takeUp(): Promise<CarriedOut> {
		return this.#transact("take up", async (_, takenUp) => takenUp);
	}

	/** Takes back what was signed elsewhere. Gives its generation. Rejects with OperatorError if it says something else. */
	accept(object: Uint8Array): Promise<number> {
		return this.#inTurn("ca accept", async () => {
			const generation = this.fleet.accept(this.operation, object);
			this.fleet.enter(entry("CA information taken back", { signed: this.#named([generation]) }));
			return generation;
		});
	}

	/** Takes back a download server's certificate from a CA whose key is elsewhere. Rejects with OperatorError. */
	acceptCertificate(generation: number, chain: X509Certificate[]): Promise<void> {
		return this.#inTurn("ca certificate", async () => {
			if (!this.operation.authorities.some(authority => authority.generation === generation))
				throw new OperatorError(`there is no authority of generation ${generation}`);
			this.fleet.acceptDownloadCertificate(this.operation, generation, chain);
			const certificates = [describeCertificate(chain[0])];
			this.fleet.enter(entry("download server's certificate taken back", { generation, certificates }));
		});
	}

	/** Remembers a server's certificate by authority `generation`, before it leaves. */
	issued(generation: number, certificate: Uint8Array): Promise<void> {
		return this.#inTurn("server-cert", async () => {
			const certificates = [describeCertificate(new X509Certificate(certificate))];
			this.fleet.enter(entry("certificate issued", { by: generation, certificates }));
			this.fleet.at(generation).keepIssued(certificate);
		});
	}

	/**
	 * The DL keys are changed: the firmware of every device has these burnt in by now, and the former ones as retired. What
	 * is served or in force is signed again, by the key that is at hand, which is one of them; or written to be signed.
	 * Broken off, it is given again. Rejects with OperatorError.
	 */
	changeDlKeys(dlKeys: readonly DlKey[]): Promise<CarriedOut> {
		return this.#inTurn("dl change", async () => {
			const { fleet, operation } = this;
			checkOneKind(dlKeys);
			const signer = this.#signer();
			if (signer) checkSigner(signer, fleet.name, dlKeys);
			const isHybrid = dlKeys.some(isPair);
			for (const { generation, phase } of operation.authorities)
				if (phase !== "revoked")
					judgePayload(encodePayload(fleet.unsigned(operation, generation)), fleet.name, isHybrid);
			const isSame = fleet.dlKeys.length === dlKeys.length && fleet.dlKeys.every((key, i) => isSameKey(key, dlKeys[i]));
			if (!isSame) {
				fleet.keepDlKeys(dlKeys);
				fleet.enter(entry("DL keys changed", { dlKeys: dlKeys.map(key => fingerprint(rawPublicKey(key))) }));
			}
			return this.#takeUp(signer);
		});
	}

	/** Makes the services' certificates by these authorities, as far as they are not there. Rejects with OperatorError. */
	async certifyServices(generations: number[]): Promise<void> {
		const { fleet } = this;
		const missing = generations.filter(generation => fleet.serviceCertificates(generation).length === 0);
		if (missing.length === 0) return;
		await this.#inTurn("certify services", async () => {
			for (const generation of missing) {
				const { certificate } = await fleet.serviceCredentials(generation);
				const certificates = [describeCertificate(new X509Certificate(certificate))];
				fleet.enter(entry("certificate issued", { by: generation, certificates }));
			}
		});
	}

	/** A folder, or a DL key's log, came from a backup: generations up to `above` may be somebody's. */
	restored(above: number): Promise<CarriedOut> {
		return this.#transact("restored", (signer, takenUp) => this.#restore(above, signer, takenUp));
	}

	async #restore(above: number, signer: Signer | undefined, takenUp: CarriedOut): Promise<CarriedOut> {
		const unsigned = this.fleet.unsignedGenerations(this.operation);
		return afterwards(takenUp, await this.#give({ order: "restored", above, unsigned }, signer));
	}

	async #give(
		order: Order,
		signer: Signer | undefined,
		imported?: ImportedAuthority,
		year = this.year,
	): Promise<CarriedOut> {
		this.#check(order);
		if (signer) await this.#checkLog(signer);
		const before = this.#record;
		const judged = (least: number) => give(this.fleet.settings.plan, before.operation, order, year, least);
		return this.#carryOut(before, judged, signer, { imported, order });
	}

	/** What the operator's rules cannot know. Throws OperatorError. */
	#check(order: Order): void {
		const { fleet, operation } = this;
		if (order.order === "take over" && operation.next !== undefined && !fleet.information(operation.next))
			throw new OperatorError(
				`CA information ${operation.next} is not signed yet: no device can have it. baton sign, baton ca accept`,
			);
		if (order.order !== "reissue") return;
		const { leafNotBefore, moved } = order;
		if (moved) checkAddresses({ ...fleet.settings, ...operation.moved, ...moved }, newest(operation) + 1);
		if (leafNotBefore === undefined) return;
		// The certificate of its own download server is made now: key 4 must not shut that out.
		const now = fleet.dateOf(this.year);
		if (leafNotBefore * 1_000 > now.getTime())
			throw new OperatorError(
				`devices would refuse every certificate there is: ${new Date(leafNotBefore * 1_000).toISOString()} is later than now, ${now.toISOString()}`,
			);
	}

	async #carryOut(
		before: FleetRecord | undefined,
		judged: (least: number) => { operation: Operation; steps: Step[] },
		signer: Signer | undefined,
		{ imported, order }: { imported?: ImportedAuthority; order?: Order },
	): Promise<CarriedOut> {
		const { fleet } = this;
		for (let least = before?.operation.least ?? 1; ; least = signer!.last + 1) {
			const { operation, steps } = judged(least);
			const known = new Set(before?.operation.authorities.map(({ generation }) => generation));
			const fresh = operation.authorities.filter(({ generation }) => !known.has(generation));
			const made: Made[] = [];
			const left: Ordered[] = [];
			for (const authority of fresh) {
				fleet.checkAddresses(operation, authority);
				const found = this.#leftOf(authority, imported);
				if (found) left.push(found);
				else made.push(await fleet.make(authority, authority.ca === authority.generation ? imported : undefined));
				const { from, until, issued } = found ?? made.at(-1)!.ordered;
				Object.assign(authority, { from, until, issued });
			}
			const planned = [...left.map(ordered => ({ ordered, anchor: undefined })), ...made];
			const isTaken = ({ ordered: { generation }, anchor }: (typeof planned)[number]) =>
				signer?.isTaken(fleet.unsigned(operation, generation, anchor));
			if (planned.some(isTaken)) continue;

			for (const one of made) {
				const folder = fleet.at(one.ordered.generation);
				if (folder.exists) folder.setAside();
				folder.create(one);
			}
			const signed = signer ? this.#sign(operation, signer) : [];
			const last = order && remembered(order, imported);
			const certificates = fresh.flatMap(({ generation }) => this.#certificatesOf(generation));
			const entered = entry(order ? orderText(order) : "the fleet begins", {
				order: order ? remembered(order, imported) : { order: "begin" },
				steps: steps.map(stepText),
				signed: this.#named(signed),
				certificates,
			});
			fleet.keepRecord({
				operation,
				steps: [...(before?.steps ?? []), ...steps],
				...(last ? { last } : {}),
				entered,
			});
			fleet.enter();
			const toSign = signer ? [] : this.#writeRequests(operation);
			const waiting = fresh.filter(({ generation }) => fleet.at(generation).isWaiting);
			const toCertify = waiting.map(({ generation }) => ({
				generation,
				file: fleet.at(generation).downloadRequestFile,
			}));
			return { ...(before ? { before: before.operation } : {}), steps, signed, toSign, toCertify };
		}
	}

	/** What the same order left of this authority, when it was broken off. Undefined: nothing that fits. */
	#leftOf(authority: Authority, imported?: ImportedAuthority): Ordered | undefined {
		const { fleet } = this;
		const { generation, ca, revokes, follows, leafNotBefore, keyType } = authority;
		const folder = fleet.at(generation);
		const { ordered } = folder;
		if (!ordered) return undefined;
		const [nextAddress, ...mirrors] = fleet.addressesOf(authority);
		type Told = "ca" | "revokes" | "follows" | "leafNotBefore" | "keyType" | "nextAddress" | "mirrors";
		const fits = (one: Pick<Ordered, Told>) => [
			...[one.ca, one.revokes, one.follows, one.leafNotBefore, one.keyType, one.nextAddress, ...(one.mirrors ?? [])],
		];
		const wanted = { ca, revokes, follows, leafNotBefore, keyType, nextAddress, mirrors };
		const isImported = imported !== undefined && ca === generation;
		const isSame = isDeepStrictEqual(fits(ordered), fits(wanted)) && (ordered.imported ?? false) === isImported;
		if (!isSame) return undefined;
		try {
			if (!folder.isWaiting) void folder.download;
			if (ca !== generation) return ordered;
			const { certificate } = ordered.keyElsewhere ? folder : folder.ca;
			if (imported && (ordered.keyElsewhere ?? false) === (imported.privateKey !== undefined)) return undefined;
			return !imported || Buffer.from(certificate).equals(imported.certificate) ? ordered : undefined;
		} catch (error) {
			if (error instanceof OperatorError) return undefined;
			throw error;
		}
	}

	/** Signs what is in force and not signed yet. Gives the generations. */
	#sign(operation: Operation, signer: Signer): number[] {
		const missing = this.#toSign(operation);
		for (const generation of missing) {
			// What lies between was never signed, and never will be: it is no longer in force.
			if (!signer.payload(generation)) signer.skip(generation - 1);
			this.fleet.accept(operation, signer.sign(this.fleet.unsigned(operation, generation)));
		}
		return missing;
	}

	/** What is in force and not signed, and what only a retired DL key has signed. */
	#toSign(operation: Operation): number[] {
		return [...this.fleet.signedByRetired(operation), ...this.fleet.unsignedGenerations(operation)];
	}

	/** What is carried to the DL key: the payloads as they shall be signed. */
	#writeRequests(operation: Operation): CarriedOut["toSign"] {
		return this.#toSign(operation).map(generation => {
			const folder = this.fleet.at(generation);
			const payload = encodePayload(this.fleet.unsigned(operation, generation));
			folder.keepRequest(payload);
			return { generation, file: folder.requestFile, payload };
		});
	}

	/** What orders before have left unsigned. */
	async #takeUp(signer: Signer | undefined): Promise<CarriedOut> {
		const nothing = { steps: [], signed: [], toSign: [] };
		if (!this.fleet.record) return nothing;
		if (!signer) return { ...nothing, toSign: this.#writeRequests(this.operation) };
		for (const { generation } of this.operation.authorities) {
			const object = this.fleet.information(generation);
			if (!object || signer.payload(generation)) continue;
			if (signer.isHybrid && signer.hasForgotten(generation, object))
				throw new OperatorError(
					`${signer.folder}: this key has signed generation ${generation}, and its log does not have it: it comes from a backup. ${AFTER_A_BACKUP}`,
				);
			signer.adopt(object, [...this.fleet.dlKeys, ...this.fleet.retiredDlKeys]);
		}
		if (this.#toSign(this.operation).length > 0) await this.#checkLog(signer);
		// A folder from a backup: the key has signed other bytes with the generation since.
		const unsigned = this.fleet.unsignedGenerations(this.operation);
		if (unsigned.some(generation => signer.isTaken(this.fleet.unsigned(this.operation, generation))))
			return this.#restore(signer.last, signer, nothing);
		const signed = this.#sign(this.operation, signer);
		if (signed.length > 0) this.fleet.enter(entry("CA information signed", { signed: this.#named(signed) }));
		return { ...nothing, signed };
	}

	/** As the audit log has it: with the fingerprint that was compared. */
	#named(generations: number[]): { generation: number; fingerprint: string }[] {
		const { fleet } = this;
		return generations.map(generation => ({
			generation,
			fingerprint: payloadFingerprint(fleet.name, decodeCaInformation(fleet.signedInformation(generation)).payload),
		}));
	}

	/** Those that came with an authority. */
	#certificatesOf(generation: number): object[] {
		const folder = this.fleet.at(generation);
		const all = folder.isWaiting ? [] : [new X509Certificate(folder.download.certificate)];
		if (folder.ordered?.ca === generation) all.unshift(new X509Certificate(folder.certificate));
		return all.map(describeCertificate);
	}

	#transact<Result>(
		what: string,
		work: (signer: Signer | undefined, takenUp: CarriedOut) => Promise<Result>,
	): Promise<Result> {
		return this.#inTurn(what, async () => {
			const signer = this.#signer();
			if (signer) checkSigner(signer, this.fleet.name, this.fleet.dlKeys);
			const { record } = this.fleet;
			if (record) this.fleet.checkPassphrase(record.operation);
			this.fleet.enter();
			return work(signer, await this.#takeUp(signer));
		});
	}

	/** An index that is used twice is a forgery for whoever has both: so any sign that the log is behind is heeded. */
	async #checkLog(signer: Signer): Promise<void> {
		if (!signer.isHybrid) return;
		const { operation } = this;
		const served = (await this.#served?.(operation)) ?? 0;
		const last = Math.max(signer.last, newest(operation));
		if (served > last)
			throw new OperatorError(
				`an address of this fleet serves generation ${served}; the fleet and its DL key know none above ${last}: they come from a backup. ${AFTER_A_BACKUP}`,
			);
		const { highest } = await censusOf(this.fleet, { days: 30 });
		const known = Math.max(last, signer.disbelieved);
		if (highest > known)
			throw new OperatorError(
				`${this.fleet.accessLog}: a device holds generation ${highest}; this fleet and its DL key know none above ${known}: they come from a backup, or somebody wrote that line. ${AFTER_A_BACKUP} If it is a lie: baton dl whole ${signer.folder} --although ${highest}`,
			);
	}

	get #record(): FleetRecord {
		const { record, folder } = this.fleet;
		if (!record)
			throw new OperatorError(`${folder}: nothing is in operation yet: baton init was broken off; give it again`);
		return record;
	}

	#inTurn<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
		const done = this.#turn.then(() =>
			locked(this.fleet.folder, { what: `baton ${what}`, onStale: this.#onStale }, work),
		);
		this.#turn = done.catch(() => {});
		return done;
	}
}

/** Throws OperatorError unless this key signs for the fleet, and devices have it burnt in. */
function checkSigner(signer: Signer, fleet: string, dlKeys: readonly DlKey[]): void {
	if (signer.fleet !== fleet)
		throw new OperatorError(`${signer.folder}: this DL key signs for the fleet ${signer.fleet}, not for ${fleet}`);
	if (!dlKeys.some(key => isSameKey(key, signer.publicKey)))
		throw new OperatorError(`${signer.folder}: no device of the fleet ${fleet} has this DL key burnt in`);
}

const AFTER_A_BACKUP =
	"If there is a newer backup, restore that; else baton dl restored skips what may have been signed since, or the spare signs.";

/** With an address, before an order: one that does not answer says nothing. */
const PATIENCE = 5_000; // ms

/** An order as it is recorded: given again, it is known by that. */
function remembered(order: Order, imported?: ImportedAuthority): FleetRecord["last"] {
	if (!imported) return order;
	return { ...order, imported: createHash("sha256").update(imported.certificate).digest("hex") };
}

/** What tells a certificate from every other one. */
function describeCertificate({
	subject,
	subjectAltName,
	serialNumber,
	fingerprint256,
	validFrom,
	validTo,
}: X509Certificate) {
	const names = subjectAltName?.replaceAll(/DNS:|IP Address:/g, "");
	return {
		subject,
		...(names === undefined ? {} : { names }),
		serialNumber: serialNumber.toLowerCase(),
		sha256: fingerprint256.replaceAll(":", "").toLowerCase(),
		from: new Date(validFrom).toISOString(),
		until: new Date(validTo).toISOString(),
	};
}

/** One after the other. */
function afterwards(one: CarriedOut, other: CarriedOut): CarriedOut {
	const toSign = [
		...one.toSign.filter(({ file }) => !other.toSign.some(later => later.file === file)),
		...other.toSign,
	];
	const before = other.before ?? one.before;
	return {
		...(before ? { before } : {}),
		steps: [...one.steps, ...other.steps],
		signed: [...one.signed, ...other.signed],
		toSign,
	};
}

/** The DL signing key, if it is on this machine: in `dl` beside the fleet, or where the option says. */
function signerAtHand(folder: string, dl: string | undefined): Signer | undefined {
	const place = dl ?? join(folder, "dl");
	if (dl === undefined && !existsSync(join(place, "dl.key"))) return undefined;
	return Signer.open(place, dlPassphrase);
}
