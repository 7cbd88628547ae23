// A fleet on disk: its plan, its authorities with all that was made with them, and what is in operation. Readable by
// people, written so that a crash at any instant loses nothing (durable-file.ts):
//
//   fleet.json             name, plan, addresses
//   operation.json         who is in operation, every step that led there, and the last order
//   authority/N/           what belongs to CA information N (authority-folder.ts)
//   service/N/             server.key  server.pem: the services' certificate by authority N
//   lock/                  who is at work (lock.ts)
//
// What is made for an order is there before the order is recorded, and counts once it is (fleet-desk.ts).

import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
	AuthorityFolder,
	type Made,
	type Ordered,
	readKeyAndCertificate,
	writeKeyAndCertificate,
} from "./authority-folder.js";
import { type CaInformation, decodeCaInformation, encodePayload } from "./ca-information.js";
import type { CertificateAuthority, KeyType, ServerCredentials, Validity } from "./certificate-authority.js";
import { authorityName, createCertificateAuthority, createServerCredentials } from "./certificate-authority.js";
import {
	hostAndPort,
	judgeAuthority,
	judgeInformation,
	judgePayload,
	judgeServer,
	judgeService,
	judgeURL,
} from "./device-judge.js";
import { type DlKey, publicKeyOf } from "./dl-key.js";
import { createFolder, replaceFile } from "./durable-file.js";
import {
	type Authority,
	authorityOf,
	checkPlan,
	type Operation,
	type Order,
	type Plan,
	type Step,
	servedAt,
} from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { fleetPassphrase, type Passphrase } from "./passphrases.js";
import { checkFleetName } from "./signer.js";
import { staticFile } from "./static-file.js";
import { withoutSignature } from "./unsigned-certificate.js";

export interface FleetPlan {
	fleet: string;
	/** When authority 1 comes into operation: year 0. ISO 8601. */
	begins: string;
	plan: Plan;
	/** Names of the application servers, with a port where it is not 443. */
	services: string[];
	/** URL of the download server that CA information N names; `{n}` stands for N + 1. */
	downloadUrl: string;
	keyType?: KeyType;
	/** DL public keys, the first and its spares, 32 bytes each in hexadecimal: devices have them burnt in. */
	dlKeys: string[];
}

/** What is in operation, and how it came to that. */
export interface FleetRecord {
	operation: Operation;
	steps: Step[];
	/** The order that led here, and the SHA-256 of the CA certificate that came with it. */
	last?: Order & { imported?: string };
}

const AVERAGE_YEAR = 365.2425 * 86_400_000; // ms
/** RFC 5280 §4.1.2.5: no well-defined end. */
const withoutEnd = new Date("9999-12-31T23:59:59Z");
/** Of how many generations the addresses are tried when a fleet begins. */
const TRIED = 3;

export class Fleet {
	readonly folder: string;
	readonly settings: FleetPlan;
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
		return new Fleet(folder, settings, passphrase);
	}

	static open(folder: string, passphrase: Passphrase = fleetPassphrase): Fleet {
		const file = join(folder, "fleet.json");
		if (!existsSync(file)) throw new OperatorError(`${folder} holds no fleet: make one with baton init`);
		const settings = readJson(file) as FleetPlan;
		try {
			checkSettings(settings);
		} catch (error) {
			throw new OperatorError(`${file}: ${(error as Error).message}`);
		}
		return new Fleet(folder, settings, passphrase);
	}

	private constructor(folder: string, settings: FleetPlan, passphrase: Passphrase) {
		this.folder = folder;
		this.settings = settings;
		this.#passphrase = passphrase;
	}

	get name(): string {
		return this.settings.fleet;
	}

	get dlKeys(): DlKey[] {
		return this.settings.dlKeys.map(hex => publicKeyOf(Buffer.from(hex, "hex")));
	}

	/** Of our own servers. */
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
			return record;
		});
	}

	/** From now on this is in operation. */
	keepRecord(record: FleetRecord): void {
		replaceFile(join(this.folder, "operation.json"), `${JSON.stringify(record, undefined, "\t")}\n`);
	}

	// Addresses

	/** Where the CA information after `generation` will be; what is not on record has no address of its own yet. */
	nextAddress(generation: number): string {
		const authorities = this.record?.operation.authorities;
		return this.addressOf(authorities?.find(authority => authority.generation === generation) ?? { generation });
	}

	addressOf({ generation, downloadUrl }: Pick<Authority, "generation" | "downloadUrl">): string {
		return addressAfter(downloadUrl ?? this.settings.downloadUrl, generation);
	}

	/** Throws OperatorError unless devices can use the address, and it leads to nothing else. */
	checkAddress({ authorities }: Operation, authority: Authority): void {
		const own = judgeURL(this.addressOf(authority));
		checkIsNoService(this.settings, own);
		for (const other of authorities) {
			if (other === authority) continue;
			if (hostAndPort(judgeURL(this.addressOf(other))) === hostAndPort(own)) refuseShared(own, other.generation);
		}
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
	async make(authority: Authority, imported?: CertificateAuthority): Promise<Made> {
		const { generation, ca: beginning, leafNotBefore } = authority;
		const { keyType, plan } = this.settings;
		const isFirst = beginning === generation;
		const ca = isFirst ? (imported ?? (await this.#newAuthority(authority))) : this.authority(beginning);
		const trusted = judgeAuthority(ca.certificate);
		if (isFirst && imported) this.#checkImported(imported);
		const { notBefore, notAfter } = datesOf(ca.certificate);
		const nextAddress = this.addressOf(authority);
		const { host } = judgeURL(nextAddress);
		const download = await createServerCredentials(ca, {
			names: [host],
			validity: {
				// From when it is issued: so no key 4 that is given with it shuts it out.
				notBefore: later(notBefore, wholeSecond(this.dateOf(authority.issued))),
				notAfter: plan.retention === "for ever" ? withoutEnd : notAfter,
			},
			keyType,
		});
		judgeServer([download.certificate], host, { ...trusted, leafNotBefore });
		const until = imported ? this.yearOf(notAfter) : authority.until;
		const ordered: Ordered = { ...authority, until, nextAddress, ...(imported ? { imported: true } : {}) };
		const own = imported ? ca.certificate : withoutSignature(ca.certificate);
		const anchor = isFirst ? own : this.at(beginning).anchor;
		judgePayload(encodePayload(informationOf(ordered, anchor)), this.name);
		return { ordered, ...(isFirst ? { ca } : {}), anchor, download };
	}

	#newAuthority({ generation, from, until }: Authority): Promise<CertificateAuthority> {
		return createCertificateAuthority({
			name: authorityName(this.name, generation),
			validity: { notBefore: wholeSecond(this.dateOf(from)), notAfter: wholeSecond(this.dateOf(until)) },
			keyType: this.settings.keyType,
		});
	}

	/** Of the download server that CA information `namedBy` names. */
	downloadCredentials(namedBy: number): ServerCredentials {
		const folder = this.at(namedBy);
		return this.#once(join(folder.path, "download", "server.key"), () => folder.download);
	}

	/** Of the services, by authority `generation`: made when first asked for. */
	async serviceCredentials(generation: number): Promise<ServerCredentials> {
		const folder = join(this.folder, "service", String(generation));
		if (!existsSync(folder)) {
			const { issued, leafNotBefore } = authorityOf(this.record!.operation, generation);
			const authority = this.authority(generation);
			const names = this.settings.services.map(service => judgeService(service).host);
			const { notBefore, notAfter } = datesOf(authority.certificate);
			const made = await createServerCredentials(authority, {
				names,
				validity: { notBefore: later(notBefore, wholeSecond(this.dateOf(issued))), notAfter },
				keyType: this.settings.keyType,
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
		const nextAddress = this.addressOf(authority);
		return informationOf({ ...authority, nextAddress }, anchor ?? this.at(authority.ca).anchor);
	}

	/** What is wanted and not signed yet: what is in force. */
	unsignedGenerations({ full, next }: Operation): number[] {
		return [full, ...(next === undefined ? [] : [next])].filter(generation => !this.information(generation));
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

	/** The CA information that devices would take; undefined: it is not signed, or damaged. */
	information(generation: number): Uint8Array | undefined {
		return this.#once(this.at(generation).informationFile, () => {
			const object = this.at(generation).information;
			return object && this.informationTrouble(generation, object) === undefined ? object : undefined;
		});
	}

	/** Why devices would not take a signed object as this generation. */
	informationTrouble(generation: number, object: Uint8Array): string | undefined {
		try {
			const read = judgeInformation(object, this.name, this.dlKeys);
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
	#checkImported({ certificate, privateKey }: CertificateAuthority): void {
		const x509 = new X509Certificate(certificate);
		if (!x509.checkPrivateKey(privateKey))
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
		const stamp = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "none";
		const before = this.#read.get(file);
		if (before?.stamp === stamp) return before.value as Value;
		const value = read();
		this.#read.set(file, { stamp, value });
		return value;
	}
}

/** Where the CA information after `generation` will be. */
function addressAfter(downloadUrl: string, generation: number): string {
	return downloadUrl.replaceAll("{n}", String(generation + 1));
}

/** Throws OperatorError unless devices can use all that a fleet begins with, and RangeError for its plan. */
export function checkSettings(settings: FleetPlan): void {
	const { fleet, begins, plan, services, downloadUrl, dlKeys } = settings ?? {};
	const isWhole =
		typeof fleet === "string" &&
		Number.isFinite(Date.parse(begins)) &&
		typeof plan === "object" &&
		typeof downloadUrl === "string" &&
		[services, dlKeys].every(list => Array.isArray(list) && list.every(one => typeof one === "string"));
	if (!isWhole) throw new OperatorError("this is no fleet's plan: restore it from a backup");
	checkFleetName(fleet);
	checkPlan(plan);
	if (services.length === 0) throw new OperatorError("a fleet has one service at least");
	checkAddresses(settings, downloadUrl, 1);
}

/** Throws OperatorError unless `downloadUrl` is good for generations from `first` on. */
export function checkAddresses(settings: FleetPlan, downloadUrl: string, first: number): void {
	if (!downloadUrl.includes("{n}"))
		throw new OperatorError(
			`the download servers' URL needs {n}, so that each has a host or a port of its own: ${downloadUrl}`,
		);
	const generations = Array.from({ length: TRIED }, (_, i) => first + i);
	const addresses = generations.map(generation => judgeURL(addressAfter(downloadUrl, generation)));
	for (const [i, address] of addresses.entries()) {
		staticFile(address);
		checkIsNoService(settings, address);
		const before = addresses.findIndex(one => hostAndPort(one) === hostAndPort(address));
		if (before < i) refuseShared(address, generations[before]);
	}
}

function checkIsNoService({ services }: FleetPlan, address: { host: string; port: number }): void {
	if (services.some(service => hostAndPort(judgeService(service)) === hostAndPort(address)))
		throw new OperatorError(`${hostAndPort(address)} is a service's address: a download server needs one of its own`);
}

function refuseShared(address: { host: string; port: number }, generation: number): never {
	throw new OperatorError(
		`${hostAndPort(address)} is named by generation ${generation} already: the server there shows a certificate from that CA, ` +
			"and a ClientHello names no path, so each generation needs a host or port of its own",
	);
}

function informationOf(ordered: Ordered, certificate: Uint8Array): CaInformation {
	const { generation, nextAddress, leafNotBefore, revokes, follows } = ordered;
	return {
		generation,
		certificate,
		nextAddress,
		...(leafNotBefore === undefined ? {} : { leafNotBefore }),
		...(revokes ? { revokes } : {}),
		...(follows === generation - 1 ? {} : { follows }),
	};
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
