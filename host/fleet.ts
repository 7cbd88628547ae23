// A fleet on disk: its plan, its authorities with all that was made with them, and what is in operation. Readable by
// people, written so that a crash at any instant loses nothing (durable-file.ts):
//
//   fleet.json             name, plan, addresses
//   operation.json         who is in operation, every step that led there, and the last order
//   authority/N/           what belongs to CA information N (authority-folder.ts)
//   service/N/             server.key  server.pem: the services' certificate by authority N
//   audit.log              what was ordered, signed and issued: who, when, what (audit-log.ts)
//   backed-up              when this folder was last backed up, as far as somebody has said so
//   lock/                  who is at work (lock.ts)
//
// What is made for an order is there before the order is recorded, and counts once it is (fleet-desk.ts).

import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { VerifiedCaInformation } from "../firmware/trust/ca-information.js";
import { AuditLog, type Entry } from "./audit-log.js";
import {
	AuthorityFolder,
	type Made,
	type Ordered,
	readKeyAndCertificate,
	writeKeyAndCertificate,
} from "./authority-folder.js";
import { type CaInformation, decodeCaInformation, encodePayload, MAXIMUM_CERTIFICATE } from "./ca-information.js";
import type { CertificateAuthority, ServerCredentials, Validity } from "./certificate-authority.js";
import {
	authorityName,
	createCertificateAuthority,
	createCertificateRequest,
	createServerCredentials,
} from "./certificate-authority.js";
import { judgeAuthority, judgeInformation, judgePayload, judgeServer, judgeService } from "./device-judge.js";
import { type DlKey, isPair, publicKeyOf, rawPublicKey } from "./dl-key.js";
import { createFolder, replaceFile } from "./durable-file.js";
import {
	addressesAfter,
	checkApart,
	checkSettings,
	type FleetPlan,
	httpsHosts,
	judgeAddresses,
	MOST_HYBRID_GENERATIONS,
} from "./fleet-plan.js";
import type { ImportedAuthority } from "./imported-authority.js";
import { type Authority, authorityOf, type Operation, type Order, type Step, servedAt } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { fleetPassphrase, type Passphrase } from "./passphrases.js";
import { isKeyOf, type KeyType, newKeyPair } from "./signing-key.js";
import { withoutSignature } from "./unsigned-certificate.js";

/** What is in operation, and how it came to that. */
export interface FleetRecord {
	operation: Operation;
	steps: Step[];
	/** The order that led here, and the SHA-256 of the CA certificate that came with it. */
	last?: Order & { imported?: string };
	/** What the audit log says of it: there it stands, or is put by whoever comes next. */
	entered?: Entry;
}

const AVERAGE_YEAR = 365.2425 * 86_400_000; // ms
/** RFC 5280 §4.1.2.5: no well-defined end. */
const withoutEnd = new Date("9999-12-31T23:59:59Z");
export class Fleet {
	readonly folder: string;
	readonly #passphrase: Passphrase;
	readonly #read = new Map<string, { stamp: string; value: unknown }>(); // by file

	/**
	 * Makes a new fleet, or begins again with one that never came into operation. Authority 1 comes with the first order
	 * (fleet-desk.ts). Throws OperatorError, RangeError for a plan that makes no sense.
	 */
	static create(folder: string, settings: FleetPlan, passphrase: Passphrase = fleetPassphrase): Fleet {
		checkSettings(settings);
		if (existsSync(join(folder, "operation.json"))) throw new OperatorError(`${folder} holds a fleet already`);
		mkdirSync(join(folder, "authority"), { recursive: true, mode: 0o700 });
		replaceFile(join(folder, "fleet.json"), `${JSON.stringify(settings, undefined, "\t")}\n`);
		return new Fleet(folder, passphrase);
	}

	static open(folder: string, passphrase: Passphrase = fleetPassphrase): Fleet {
		if (!existsSync(join(folder, "fleet.json")))
			throw new OperatorError(`${folder} holds no fleet: make one with baton init`);
		const fleet = new Fleet(folder, passphrase);
		void fleet.settings; // throws for what is none
		return fleet;
	}

	private constructor(folder: string, passphrase: Passphrase) {
		this.folder = folder;
		this.#passphrase = passphrase;
	}

	/** Throws OperatorError if the file is none of ours. */
	get settings(): FleetPlan {
		const file = join(this.folder, "fleet.json");
		return this.#once(file, () => {
			const settings = readJson(file) as FleetPlan;
			try {
				checkSettings(settings);
			} catch (error) {
				throw new OperatorError(`${file}: ${(error as Error).message}`);
			}
			this.#read.clear(); // what other DL keys made of it is judged anew
			return settings;
		});
	}

	get name(): string {
		return this.settings.fleet;
	}

	get dlKeys(): DlKey[] {
		return this.settings.dlKeys.map(hex => publicKeyOf(Buffer.from(hex, "hex")));
	}

	/** Former ones: devices take nothing new from them, and keep what they hold. */
	get retiredDlKeys(): DlKey[] {
		return (this.settings.retiredDlKeys ?? []).map(hex => publicKeyOf(Buffer.from(hex, "hex")));
	}

	/** From now on devices have these keys burnt in, and those that were in service beside them, as retired. */
	keepDlKeys(keys: readonly DlKey[]): void {
		const dlKeys = keys.map(key => Buffer.from(rawPublicKey(key)).toString("hex"));
		const { dlKeys: former, retiredDlKeys: before = [] } = this.settings;
		const retiredDlKeys = [...new Set([...before, ...former])].filter(key => !dlKeys.includes(key));
		const settings = { ...this.settings, dlKeys, retiredDlKeys };
		checkSettings(settings);
		replaceFile(join(this.folder, "fleet.json"), `${JSON.stringify(settings, undefined, "\t")}\n`);
	}

	/** Its DL keys are pairs. */
	get isHybrid(): boolean {
		return this.dlKeys.some(isPair);
	}

	/** The file of our own servers' access log. */
	get accessLog(): string {
		return join(this.folder, "access.log");
	}

	dateOf(year: number): Date {
		return new Date(Date.parse(this.settings.begins) + Math.round(year * AVERAGE_YEAR));
	}

	yearOf(date: Date): number {
		return (date.getTime() - Date.parse(this.settings.begins)) / AVERAGE_YEAR;
	}

	/** Undefined before the first authority. Throws OperatorError if the file is none of ours. */
	get record(): FleetRecord | undefined {
		const file = join(this.folder, "operation.json");
		return this.#once(file, () => {
			if (!existsSync(file)) return undefined;
			const record = readJson(file) as FleetRecord;
			const { authorities, full } = record?.operation ?? {};
			if (!Array.isArray(authorities) || !authorities.some(({ generation }) => generation === full))
				throw new OperatorError(`${file}: nobody is in operation in it: restore it from a backup`);
			return withoutDates(record);
		});
	}

	/** From now on this is in operation. Dates stand beside the plan's years, for people. */
	keepRecord(record: FleetRecord): void {
		const dated = {
			...record,
			operation: {
				...record.operation,
				authorities: record.operation.authorities.map(one => ({ ...one, dates: this.#dates(one) })),
				downloadServers: record.operation.downloadServers.map(one => ({ ...one, dates: this.#dates(one) })),
			},
			steps: record.steps.map(step => ({ date: this.#day(step.year), ...step })),
		};
		replaceFile(join(this.folder, "operation.json"), `${JSON.stringify(dated, undefined, "\t")}\n`);
	}

	#dates(years: { from: number; until?: number; issued?: number; fullFrom?: number; endedAt?: number }): object {
		const { from, until, issued, fullFrom, endedAt } = years;
		const known = Object.entries({ from, until, issued, fullFrom, endedAt }).filter(([, year]) => year !== undefined);
		return Object.fromEntries(known.map(([name, year]) => [name, this.#day(year!)]));
	}

	#day(year: number): string {
		return this.dateOf(year).toISOString().slice(0, 10);
	}

	/** When the last order was recorded; before there was one, when the fleet began. */
	get lastOrder(): Date {
		return new Date(this.record?.entered?.at ?? this.settings.begins);
	}

	/** When somebody last said that this folder was backed up; undefined: nobody ever has. */
	get backedUp(): Date | undefined {
		const file = join(this.folder, "backed-up");
		const date = new Date(existsSync(file) ? readFileSync(file, "utf8").trim() : Number.NaN);
		return Number.isNaN(date.getTime()) ? undefined : date;
	}

	keepBackedUp(date: Date): void {
		replaceFile(join(this.folder, "backed-up"), `${date.toISOString()}\n`);
	}

	// What is told of it

	/** The fleet's audit log. */
	get audit(): AuditLog {
		return new AuditLog(join(this.folder, "audit.log"));
	}

	/** Appends to the audit log; first the last order, if that was broken off before it was told. */
	enter(...entries: Entry[]): void {
		const { audit, record } = this;
		const told = record?.entered;
		if (told && !audit.has(told)) audit.append(told);
		for (const entry of entries) audit.append(entry);
	}

	// Addresses

	/** Where the CA information after `generation` will be, in the first place; for what is not on record, as it is planned. */
	nextAddress(generation: number): string {
		return this.nextAddresses(generation)[0];
	}

	/** All addresses of the CA information after `generation`: the first place, then its mirrors. */
	nextAddresses(generation: number): string[] {
		const authorities = this.record?.operation.authorities;
		return this.addressesOf(authorities?.find(authority => authority.generation === generation) ?? { generation });
	}

	addressesOf({ generation, moved }: Pick<Authority, "generation" | "moved">): string[] {
		return addressesAfter({ ...this.settings, ...moved }, generation);
	}

	/** Throws OperatorError unless devices can use an authority's addresses, and they lead to nothing else. */
	checkAddresses({ authorities }: Operation, authority: Authority): void {
		const own = judgeAddresses(this.addressesOf(authority));
		const others = authorities
			.filter(other => other !== authority)
			.map(other => ({ generation: other.generation, addresses: judgeAddresses(this.addressesOf(other)) }));
		checkApart(this.settings, { generation: authority.generation, addresses: own }, others);
	}

	/** What the address that CA information `namedBy` names serves; undefined: nothing, 404. */
	served(operation: Operation, namedBy: number): { generation: number; object: Uint8Array } | undefined {
		if (!operation.downloadServers.some(server => server.namedBy === namedBy && server.up)) return undefined;
		const generation = servedAt(operation, namedBy, of => this.information(of) !== undefined);
		return generation === undefined ? undefined : { generation, object: this.signedInformation(generation) };
	}

	// Authorities

	at(generation: number): AuthorityFolder {
		return new AuthorityFolder(join(this.folder, "authority", String(generation)), this.#passphrase);
	}

	/** Generations for which something was made, on record or not. */
	get generations(): number[] {
		return readdirSync(join(this.folder, "authority"))
			.filter(name => /^\d+$/.test(name))
			.map(Number)
			.sort((a, b) => a - b);
	}

	/** Has one of its authorities been ordered with ML-DSA keys? */
	get hasMlDsa(): boolean {
		const { keyType: usual } = this.settings;
		return this.record?.operation.authorities.some(({ keyType = usual }) => keyType === "ml-dsa-44") ?? false;
	}

	authority(generation: number): CertificateAuthority {
		return this.at(this.#beginningOf(generation)).ca;
	}

	/** DER of the CA certificate: no key is read. */
	certificate(generation: number): Uint8Array {
		return this.at(this.#beginningOf(generation)).certificate;
	}

	/**
	 * Makes, in memory, what belongs to a CA information that is not on record yet: the authority's key and certificate,
	 * if it is that CA's first (or takes them, `imported`), and its download server's. Throws OperatorError if devices
	 * would refuse any of it.
	 */
	async make(authority: Authority, imported?: ImportedAuthority): Promise<Made> {
		const { generation, ca: beginning, leafNotBefore } = authority;
		if (generation > MOST_HYBRID_GENERATIONS && (this.isHybrid || !this.settings.classicalForEver))
			throw new OperatorError(
				`generation ${generation}: a hybrid DL key signs ${MOST_HYBRID_GENERATIONS} at most` +
					(this.isHybrid ? "" : '; if this fleet never gets one, say "classicalForEver": true in fleet.json'),
			);
		const isFirst = beginning === generation;
		const ca: ImportedAuthority = isFirst
			? (imported ?? (await this.#newAuthority(authority)))
			: this.#authorityOrCertificate(beginning);
		const trusted = judgeAuthority(ca.certificate);
		if (imported) this.#checkImported(imported);
		const { notBefore, notAfter } = datesOf(ca.certificate);
		const [nextAddress, ...mirrors] = this.addressesOf(authority);
		const hosts = httpsHosts([nextAddress, ...mirrors]);
		// From when it is issued: so no key 4 that is given with it shuts it out.
		const from = later(notBefore, wholeSecond(this.dateOf(authority.issued)));
		const keyType = this.#serverKeyType(authority, ca.certificate);
		const download = await this.#makeDownload(ca, hosts, { notBefore: from, notAfter }, keyType);
		if ("certificate" in download)
			for (const host of hosts) judgeServer([download.certificate], host, { ...trusted, leafNotBefore });
		const ordered: Ordered = {
			...authority,
			until: imported ? this.yearOf(notAfter) : authority.until,
			nextAddress,
			mirrors,
			...(imported ? { imported: true } : {}),
			...(imported && !imported.privateKey ? { keyElsewhere: true } : {}),
		};
		const anchor = isFirst ? anchorOf(ca.certificate, imported) : this.at(beginning).anchor;
		judgePayload(encodePayload(informationOf(ordered, anchor)), this.name, this.isHybrid);
		return { ordered, ...(isFirst ? { ca } : {}), anchor, download };
	}

	async #makeDownload(
		{ certificate, privateKey }: ImportedAuthority,
		names: string[],
		{ notBefore, notAfter }: Validity,
		keyType: KeyType,
	): Promise<Made["download"]> {
		const { plan } = this.settings;
		if (!privateKey) {
			const pair = newKeyPair(keyType);
			return { privateKey: pair.privateKey, request: await createCertificateRequest(pair, names) };
		}
		const validity = { notBefore, notAfter: plan.retention === "for ever" ? withoutEnd : notAfter };
		return createServerCredentials({ certificate, privateKey }, { names, validity, keyType });
	}

	#authorityOrCertificate(generation: number): ImportedAuthority {
		const folder = this.at(generation);
		return folder.ordered?.keyElsewhere ? { certificate: folder.certificate } : folder.ca;
	}

	/** Devices ask for no ML-DSA key under a CA of another kind (firmware/tls/DESIGN.md). */
	#serverKeyType({ keyType = this.settings.keyType ?? "ed25519" }: Authority, ca: Uint8Array): KeyType {
		return keyType === "ml-dsa-44" && !isMlDsa(ca) ? "ed25519" : keyType;
	}

	#newAuthority({ generation, from, until, keyType }: Authority): Promise<CertificateAuthority> {
		return createCertificateAuthority({
			name: authorityName(this.name, generation),
			validity: { notBefore: wholeSecond(this.dateOf(from)), notAfter: wholeSecond(this.dateOf(until)) },
			keyType: keyType ?? this.settings.keyType,
		});
	}

	/** Of the download server that CA information `namedBy` names. */
	downloadCredentials(namedBy: number): ServerCredentials {
		const folder = this.at(namedBy);
		return this.#once(join(folder.path, "download", "server.key"), () => folder.download);
	}

	/** Brings back what a CA whose key is elsewhere has issued. Throws OperatorError if devices would refuse it. */
	acceptDownloadCertificate(operation: Operation, generation: number, chain: X509Certificate[]): void {
		const { ca, leafNotBefore } = authorityOf(operation, generation);
		const anchor = { ...judgeAuthority(this.at(ca).anchor), leafNotBefore };
		const presented = chain.map(({ raw }) => new Uint8Array(raw));
		for (const host of httpsHosts(this.nextAddresses(generation))) judgeServer(presented, host, anchor);
		this.at(generation).keepDownload(chain);
	}

	/** Of the services, by authority `generation`: made when first asked for. */
	async serviceCredentials(generation: number): Promise<ServerCredentials> {
		const folder = join(this.folder, "service", String(generation));
		if (!existsSync(folder)) {
			const ordered = authorityOf(this.record!.operation, generation);
			const { issued, leafNotBefore } = ordered;
			const authority = this.authority(generation);
			const names = this.settings.services.map(service => judgeService(service).host);
			const { notBefore, notAfter } = datesOf(authority.certificate);
			const made = await createServerCredentials(authority, {
				names,
				validity: { notBefore: later(notBefore, wholeSecond(this.dateOf(issued))), notAfter },
				keyType: this.#serverKeyType(ordered, authority.certificate),
			});
			const anchor = { ...judgeAuthority(authority.certificate), leafNotBefore };
			for (const name of names) judgeServer([made.certificate], name, anchor);
			createFolder(folder, beside => writeKeyAndCertificate(beside, "server", made, this.#passphrase));
		}
		return this.#once(join(folder, "server.key"), () => readKeyAndCertificate(folder, "server", this.#passphrase));
	}

	/** Those of them that were made: no key is read. */
	serviceCertificates(generation: number): X509Certificate[] {
		const file = join(this.folder, "service", String(generation), "server.pem");
		return existsSync(file) ? [new X509Certificate(readFileSync(file))] : [];
	}

	/** Throws OperatorError if the passphrase that was given opens none of the keys that are encrypted. */
	checkPassphrase(operation: Operation): void {
		const encrypted = operation.authorities.map(({ generation }) => this.at(generation)).filter(at => at.isEncrypted);
		let refusal: unknown;
		for (const folder of encrypted.reverse()) {
			try {
				folder.ca;
				return;
			} catch (error) {
				refusal ??= error;
			}
		}
		if (refusal) throw refusal;
	}

	// CA information

	/** What the signer is to sign. `anchor`: the CA's certificate, while it is not on disk yet. */
	unsigned(operation: Operation, generation: number, anchor?: Uint8Array): CaInformation {
		const authority = authorityOf(operation, generation);
		const [nextAddress, ...mirrors] = this.addressesOf(authority);
		return informationOf({ ...authority, nextAddress, mirrors }, anchor ?? this.at(authority.ca).anchor);
	}

	/** What is wanted and not signed yet: what is in force. */
	unsignedGenerations({ full, next }: Operation): number[] {
		return [full, ...(next === undefined ? [] : [next])].filter(generation => !this.information(generation));
	}

	/** What is served or in force, and signed by a retired DL key: devices take it only once its successor has signed it. */
	signedByRetired(operation: Operation): number[] {
		if (this.retiredDlKeys.length === 0) return [];
		const { full, next, downloadServers } = operation;
		const isSigned = (of: number) => this.information(of) !== undefined;
		const served = downloadServers.filter(({ up }) => up).map(({ namedBy }) => servedAt(operation, namedBy, isSigned));
		return [...new Set([full, next, ...served])]
			.filter(generation => generation !== undefined)
			.filter(generation => this.isByRetired(generation))
			.sort((a, b) => a - b);
	}

	isByRetired(generation: number): boolean {
		const object = this.information(generation);
		return object !== undefined && this.#judge(object).isRetired;
	}

	#judge(object: Uint8Array): VerifiedCaInformation {
		return judgeInformation(object, this.name, this.dlKeys, this.retiredDlKeys);
	}

	/** Takes a signed object, if devices would take it and it says what was asked for. Gives its generation. Throws OperatorError. */
	accept(operation: Operation, object: Uint8Array): number {
		const { generation } = judgeInformation(object, this.name, this.dlKeys);
		if (!operation.authorities.some(authority => authority.generation === generation))
			throw new OperatorError(`this is CA information ${generation}, which this fleet has never ordered`);
		const wanted = encodePayload(this.unsigned(operation, generation));
		if (!Buffer.from(decodeCaInformation(object).payload).equals(wanted))
			throw new OperatorError(`this is signed, but says something else than authority ${generation} of this fleet`);
		this.at(generation).keepInformation(object);
		return generation;
	}

	/** The CA information that devices would take, or keep from a retired DL key; undefined: it is not signed, or damaged. */
	information(generation: number): Uint8Array | undefined {
		void this.settings; // with other DL keys it is judged anew
		return this.#once(this.at(generation).informationFile, () => {
			const object = this.at(generation).information;
			return object && this.informationTrouble(generation, object) === undefined ? object : undefined;
		});
	}

	/** Why devices would not take a signed object as this generation. */
	informationTrouble(generation: number, object: Uint8Array): string | undefined {
		try {
			const read = this.#judge(object);
			return read.generation === generation ? undefined : `it is of generation ${read.generation}`;
		} catch (error) {
			if (!(error instanceof OperatorError)) throw error;
			return error.message;
		}
	}

	/** As `information`, for what cannot be done without it. Throws OperatorError while it is not signed. */
	signedInformation(generation: number): Uint8Array {
		const object = this.information(generation);
		if (!object) throw new OperatorError(`CA information ${generation} is not signed yet: baton sign`);
		return object;
	}

	/** The generation with which the CA of `generation` began. */
	#beginningOf(generation: number): number {
		const authorities = this.record?.operation.authorities;
		return authorities?.find(authority => authority.generation === generation)?.ca ?? generation;
	}

	/** Throws OperatorError if an authority that was made elsewhere has no place here. */
	#checkImported({ certificate, privateKey }: ImportedAuthority): void {
		const x509 = new X509Certificate(certificate);
		if (privateKey && !isKeyOf(x509, privateKey))
			throw new OperatorError("this CA cannot be used: the private key is another certificate's");
		for (const { generation, ca } of this.record?.operation.authorities ?? []) {
			if (ca === generation && new X509Certificate(this.certificate(generation)).subject === x509.subject)
				throw new OperatorError(
					`authority ${generation} has the same subject, ${x509.subject}: an issuer's name must name one CA`,
				);
		}
	}

	/** What a file says, read again when it has changed. */
	#once<Value>(file: string, read: () => Value): Value {
		const stat = statSync(file, { throwIfNoEntry: false });
		const stamp = stat ? `${stat.ctimeMs} ${stat.size} ${stat.ino}` : "none";
		const before = this.#read.get(file);
		if (before?.stamp === stamp) return before.value as Value;
		const value = read();
		this.#read.set(file, { stamp, value });
		return value;
	}
}

function informationOf(ordered: Ordered, certificate: Uint8Array): CaInformation {
	const { generation, nextAddress, mirrors = [], leafNotBefore, revokes, follows } = ordered;
	return {
		generation,
		certificate,
		nextAddress,
		...(mirrors.length > 0 ? { mirrors } : {}),
		...(leafNotBefore === undefined ? {} : { leafNotBefore }),
		...(revokes ? { revokes } : {}),
		...(follows === generation - 1 ? {} : { follows }),
	};
}

function withoutDates({ operation, steps, ...rest }: FleetRecord): FleetRecord {
	const strip = <Value extends object>(all: Value[], name: string): Value[] =>
		all.map(one => Object.fromEntries(Object.entries(one).filter(([key]) => key !== name)) as Value);
	const { authorities, downloadServers } = operation;
	return {
		operation: {
			...operation,
			authorities: strip(authorities, "dates"),
			downloadServers: strip(downloadServers, "dates"),
		},
		steps: strip(steps, "date"),
		...rest,
	};
}

/** As devices get it: one that was made elsewhere as it is, unless its signature makes it too large. */
function anchorOf(certificate: Uint8Array, imported?: ImportedAuthority): Uint8Array {
	return imported && certificate.length <= MAXIMUM_CERTIFICATE ? certificate : withoutSignature(certificate);
}

export function isMlDsa(ca: Uint8Array): boolean {
	return judgeAuthority(ca).publicKey.algorithm === "ml-dsa-44";
}

function datesOf(certificate: Uint8Array): Validity {
	const { validFrom, validTo } = new X509Certificate(certificate);
	return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
}

function later(one: Date, other: Date): Date {
	return one > other ? one : other;
}

/** X.509 knows no fractions. */
function wholeSecond(date: Date) {
	return new Date(Math.floor(date.getTime() / 1_000) * 1_000);
}

function readJson(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new OperatorError(`${file}: ${(error as Error).message}`);
	}
}
