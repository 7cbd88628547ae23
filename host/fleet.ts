// A fleet on disk: its plan, its authorities with all that was made with them, and what is in operation. Readable by
// people, written so that a crash at any instant loses nothing (durable-file.ts):
//
//   fleet.json             name, plan, addresses
//   operation.json         who is in operation, and every step that led there
//   authority/N/           information.cbor once it is signed; ca.key  ca.pem  anchor.der, unless it is one that was
//                          issued anew: those are where its CA began. anchor.der is what devices get of ca.pem: of our
//                          own authorities the same without its signature
//   authority/N/download/  server.key  server.pem: of the server at the URL that CA information N names, made together
//                          with the authority, because it must come from this CA and is needed when the CA may be gone
//   service/N/             server.key  server.pem: the services' certificate by authority N
//
// An authority's folder appears whole or not at all. Orders are carried out in the sequence: make, then record; what a
// crash left unrecorded is found and used when the order is given again.

import { type KeyObject, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
	type CaInformation,
	decodeCaInformation,
	encodePayload,
	MAXIMUM_CERTIFICATE,
	openCaInformation,
} from "./ca-information.js";
import type { CertificateAuthority, KeyType, ServerCredentials, Validity } from "./certificate-authority.js";
import {
	authorityName,
	certificateKeyUsage,
	certificatePem,
	createCertificateAuthority,
	createServerCredentials,
} from "./certificate-authority.js";
import { publicKeyOf } from "./dl-key.js";
import { createFolder, replaceFile } from "./durable-file.js";
import { authorityOf, checkPlan, type Operation, type Plan, type Step, servedAt } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { privateKeyPem, readPrivateKey } from "./private-key-file.js";
import { checkFleetName, type Signer } from "./signer.js";
import { withoutSignature } from "./unsigned-certificate.js";
import { checkURL, hostAndPort } from "./url.js";

export interface FleetPlan {
	fleet: string;
	/** When authority 1 comes into operation: year 0. ISO 8601. */
	begins: string;
	plan: Plan;
	/** Names of the application servers. */
	services: string[];
	/** URL of the download server that CA information N names; `{n}` stands for N + 1. */
	downloadUrl: string;
	keyType?: KeyType;
	/** DL public keys, the first and its spares, 32 bytes each in hexadecimal: devices have them burnt in. */
	dlKeys?: string[];
}

const AVERAGE_YEAR = 365.2425 * 86_400_000; // ms
/** RFC 5280 §4.1.2.5: no well-defined end. */
const withoutEnd = new Date("9999-12-31T23:59:59Z");

export class Fleet {
	readonly folder: string;
	readonly settings: FleetPlan;
	readonly #passphrase: string | undefined;

	/** Makes a new fleet in an empty or absent folder. Authority 1 comes with the first order (fleet-desk.ts). */
	static create(folder: string, settings: FleetPlan, passphrase?: string): Fleet {
		checkFleetName(settings.fleet);
		checkPlan(settings.plan);
		if (!settings.downloadUrl.includes("{n}")) {
			throw new OperatorError(
				`the download servers' URL needs {n}, so that each has a host of its own: ${settings.downloadUrl}`,
			);
		}
		if (existsSync(join(folder, "fleet.json"))) throw new OperatorError(`${folder} holds a fleet already`);
		mkdirSync(join(folder, "authority"), { recursive: true, mode: 0o700 });
		replaceFile(join(folder, "fleet.json"), `${JSON.stringify(settings, undefined, "\t")}\n`);
		return new Fleet(folder, settings, passphrase);
	}

	static open(folder: string, passphrase?: string): Fleet {
		const file = join(folder, "fleet.json");
		if (!existsSync(file)) throw new OperatorError(`${folder} holds no fleet: make one with baton init`);
		return new Fleet(folder, readJson(file) as FleetPlan, passphrase);
	}

	private constructor(folder: string, settings: FleetPlan, passphrase: string | undefined) {
		this.folder = folder;
		this.settings = settings;
		this.#passphrase = passphrase;
	}

	get name(): string {
		return this.settings.fleet;
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

	/** What is in operation, and the steps that led there; undefined before the first authority. */
	get record(): { operation: Operation; steps: Step[] } | undefined {
		const file = join(this.folder, "operation.json");
		return existsSync(file) ? (readJson(file) as { operation: Operation; steps: Step[] }) : undefined;
	}

	/** Makes what the new operation needs, then records it. */
	async carryOut({ operation, steps }: { operation: Operation; steps: Step[] }) {
		for (const { generation } of operation.authorities) await this.makeAuthority(operation, generation);
		const record = { operation, steps: [...(this.record?.steps ?? []), ...steps] };
		replaceFile(join(this.folder, "operation.json"), `${JSON.stringify(record, undefined, "\t")}\n`);
		return record;
	}

	/**
	 * What belongs to a CA information: the authority's key and certificate, if it is that CA's first, and its download
	 * server's key and certificate. What is there already is left as it is.
	 */
	async makeAuthority(operation: Operation, generation: number): Promise<void> {
		const folder = this.#authorityFolder(generation);
		if (existsSync(folder)) return;
		this.checkAddress(operation, generation);
		const { ca, from, until, issued } = authorityOf(operation, generation);
		const { keyType } = this.settings;
		const notAfter = wholeSecond(this.dateOf(until));
		const authority =
			ca === generation
				? await createCertificateAuthority({
						name: authorityName(this.name, generation),
						validity: { notBefore: wholeSecond(this.dateOf(from)), notAfter },
						keyType,
					})
				: this.authority(ca);
		const { hostname } = new URL(this.nextAddress(generation, operation));
		// From when it is issued: so no key 4 that is given with it shuts it out.
		const notBefore = wholeSecond(this.dateOf(issued));
		const retained = { notBefore, notAfter: this.settings.plan.retention === "for ever" ? withoutEnd : notAfter };
		const download = await createServerCredentials(authority, { names: [hostname], validity: retained, keyType });
		createFolder(folder, beside => {
			if (ca === generation) this.#writeAuthority(beside, authority, withoutSignature(authority.certificate));
			this.#writeKeyAndCertificate(join(beside, "download"), "server", download);
		});
	}

	/** Throws OperatorError if the host and port in CA information `generation` lead to something else already. */
	checkAddress(operation: Operation, generation: number): void {
		const url = this.nextAddress(generation, operation);
		checkURL(url);
		const own = hostAndPort(url);
		if (this.settings.services.some(name => `${name}:443` === own)) {
			throw new OperatorError(`${own} is a service's address: a download server needs one of its own`);
		}
		for (const { generation: other } of operation.authorities) {
			if (other < generation && hostAndPort(this.nextAddress(other, operation)) === own) {
				throw new OperatorError(
					`${own} is named by generation ${other} already: the server there shows a certificate from that CA, ` +
						"and a ClientHello names no path, so each generation needs a host or port of its own",
				);
			}
		}
	}

	/** Where the CA information after `generation` will be. `operation`: where that one is not on record yet. */
	nextAddress(generation: number, operation = this.record?.operation): string {
		const moved = operation?.authorities.find(authority => authority.generation === generation)?.downloadUrl;
		return (moved ?? this.settings.downloadUrl).replaceAll("{n}", String(generation + 1));
	}

	/** What the address that CA information `namedBy` names serves; undefined: nothing, 404. */
	served(operation: Operation, namedBy: number): { generation: number; object: Uint8Array } | undefined {
		if (!operation.downloadServers.some(server => server.namedBy === namedBy && server.up)) return undefined;
		const generation = servedAt(operation, namedBy, of => this.information(of) !== undefined);
		return generation === undefined ? undefined : { generation, object: this.signedInformation(generation) };
	}

	/** Generations for which something was made. */
	get generations(): number[] {
		return readdirSync(join(this.folder, "authority"))
			.filter(name => /^\d+$/.test(name))
			.map(Number)
			.sort((a, b) => a - b);
	}

	authority(generation: number): CertificateAuthority {
		return this.#readKeyAndCertificate(this.#authorityFolder(this.#beginningOf(generation)), "ca");
	}

	/** DER of the CA certificate: no key is read. */
	certificate(generation: number, operation?: Operation): Uint8Array {
		const folder = this.#authorityFolder(this.#beginningOf(generation, operation));
		return new X509Certificate(readFileSync(join(folder, "ca.pem"))).raw;
	}

	/** DER of the CA certificate as devices get it. */
	anchor(generation: number, operation?: Operation): Uint8Array {
		const folder = this.#authorityFolder(this.#beginningOf(generation, operation));
		return new Uint8Array(readFileSync(join(folder, "anchor.der")));
	}

	/** The generation with which the CA of `generation` began. */
	#beginningOf(generation: number, operation = this.record?.operation): number {
		return operation?.authorities.find(authority => authority.generation === generation)?.ca ?? generation;
	}

	/** Of the download server that CA information `namedBy` names. */
	downloadCredentials(namedBy: number): ServerCredentials {
		return this.#readKeyAndCertificate(join(this.#authorityFolder(namedBy), "download"), "server");
	}

	/** Of the services, by authority `generation`: made when first asked for. */
	async serviceCredentials(generation: number): Promise<ServerCredentials> {
		const folder = join(this.folder, "service", String(generation));
		if (!existsSync(folder)) {
			const authority = this.authority(generation);
			const { issued } = authorityOf(this.record!.operation, generation);
			const made = await createServerCredentials(authority, {
				names: this.settings.services,
				validity: { ...datesOf(authority.certificate), notBefore: wholeSecond(this.dateOf(issued)) },
				keyType: this.settings.keyType,
			});
			createFolder(folder, beside => this.#writeKeyAndCertificate(beside, "server", made));
		}
		return this.#readKeyAndCertificate(folder, "server");
	}

	/** What the signer is to sign. */
	unsigned(operation: Operation, generation: number): CaInformation {
		const { revokes, follows, leafNotBefore } = authorityOf(operation, generation);
		return {
			generation,
			certificate: this.anchor(generation, operation),
			nextAddress: this.nextAddress(generation, operation),
			...(leafNotBefore === undefined ? {} : { leafNotBefore }),
			...(revokes ? { revokes } : {}),
			...(follows === generation - 1 ? {} : { follows }),
		};
	}

	get dlKeys(): KeyObject[] {
		return (this.settings.dlKeys ?? []).map(hex => publicKeyOf(Buffer.from(hex, "hex")));
	}

	/** What is carried to the signer's machine: the payload as it shall be signed. Gives the file. */
	writeRequest(operation: Operation, generation: number): string {
		const file = join(this.#authorityFolder(generation), "to-sign.cbor");
		replaceFile(file, encodePayload(this.unsigned(operation, generation)));
		return file;
	}

	/** Takes a signed object back, if it says what was asked for. Gives its generation. */
	accept(operation: Operation, object: Uint8Array): number {
		const information = openCaInformation(object, this.name, this.dlKeys);
		if (!information) throw new OperatorError(`not signed by a DL key of the fleet ${this.name}`);
		const { generation } = information;
		const wanted = encodePayload(this.unsigned(operation, generation));
		if (!Buffer.from(decodeCaInformation(object).payload).equals(wanted)) {
			throw new OperatorError(`this is signed, but says something else than authority ${generation} of this fleet`);
		}
		this.keepInformation(generation, object);
		return generation;
	}

	/**
	 * Puts an authority that was made elsewhere, by openssl or step-ca, in the place of generation `generation`, which
	 * must not exist yet. Throws OperatorError if no device could use it.
	 */
	async importAuthority(operation: Operation, generation: number, authority: CertificateAuthority): Promise<Validity> {
		const folder = this.#authorityFolder(generation);
		if (existsSync(folder)) throw new OperatorError(`authority ${generation} exists already`);
		this.checkAddress(operation, generation);
		const x509 = new X509Certificate(authority.certificate);
		for (const other of this.generations) {
			if (new X509Certificate(this.certificate(other)).subject === x509.subject) {
				throw new OperatorError(
					`authority ${other} has the same subject, ${x509.subject}: an issuer's name must name one CA`,
				);
			}
		}
		checkImported(x509, authority);
		const { notBefore, notAfter } = datesOf(authority.certificate);
		const { hostname } = new URL(this.nextAddress(generation, operation));
		const retained = { notBefore, notAfter: this.settings.plan.retention === "for ever" ? withoutEnd : notAfter };
		const download = await createServerCredentials(authority, { names: [hostname], validity: retained });
		createFolder(folder, beside => {
			this.#writeAuthority(beside, authority, authority.certificate);
			this.#writeKeyAndCertificate(join(beside, "download"), "server", download);
		});
		return { notBefore, notAfter };
	}

	/** Of the authorities on record: one that a crash left unrecorded comes when its order is given again. */
	unsignedGenerations({ authorities }: Operation): number[] {
		return authorities.map(({ generation }) => generation).filter(generation => !this.information(generation));
	}

	/** Signs what is not signed yet, with a signer at hand. Returns the generations that were signed. */
	sign(operation: Operation, signer: Signer): number[] {
		const missing = this.unsignedGenerations(operation);
		for (const generation of missing)
			this.keepInformation(generation, signer.sign(this.unsigned(operation, generation)));
		return missing;
	}

	keepInformation(generation: number, object: Uint8Array): void {
		replaceFile(join(this.#authorityFolder(generation), "information.cbor"), object);
	}

	/** The signed CA information; undefined: it is not signed yet. */
	information(generation: number): Uint8Array | undefined {
		const file = join(this.#authorityFolder(generation), "information.cbor");
		return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
	}

	/** As `information`, for what cannot be done without it. Throws OperatorError while it is not signed. */
	signedInformation(generation: number): Uint8Array {
		const object = this.information(generation);
		if (!object) throw new OperatorError(`CA information ${generation} is not signed yet: baton sign`);
		return object;
	}

	#authorityFolder(generation: number): string {
		return join(this.folder, "authority", String(generation));
	}

	#writeAuthority(folder: string, authority: CertificateAuthority, anchor: Uint8Array): void {
		this.#writeKeyAndCertificate(folder, "ca", authority);
		replaceFile(join(folder, "anchor.der"), anchor);
	}

	#writeKeyAndCertificate(folder: string, name: string, { certificate, privateKey }: ServerCredentials): void {
		replaceFile(join(folder, `${name}.key`), privateKeyPem(privateKey, this.#passphrase), 0o600);
		replaceFile(join(folder, `${name}.pem`), certificatePem(certificate));
	}

	#readKeyAndCertificate(folder: string, name: string): ServerCredentials {
		if (!existsSync(folder) || !statSync(folder).isDirectory())
			throw new OperatorError(`${folder} does not exist: was it never made?`);
		return {
			certificate: new X509Certificate(readFileSync(join(folder, `${name}.pem`))).raw,
			privateKey: readPrivateKey(join(folder, `${name}.key`), this.#passphrase),
		};
	}
}

function datesOf(certificate: Uint8Array): Validity {
	const { validFrom, validTo } = new X509Certificate(certificate);
	return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
}

function checkImported(certificate: X509Certificate, { privateKey }: CertificateAuthority): void {
	const refuse = (why: string): never => {
		throw new OperatorError(`this CA cannot be used: ${why}`);
	};
	if (!certificate.checkPrivateKey(privateKey)) refuse("the private key is another certificate's");
	if (certificate.raw.length > MAXIMUM_CERTIFICATE)
		refuse(`its certificate has ${certificate.raw.length} bytes, more than ${MAXIMUM_CERTIFICATE}`);
	if (certificateKeyUsage(certificate.raw) === false) refuse("its keyUsage lacks keyCertSign");
	if (!certificate.ca) refuse("its certificate has no basicConstraints cA"); // OpenSSL's judgement, usage included
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
	if (type !== "ed25519" && !(type === "ec" && details?.namedCurve === "prime256v1")) {
		refuse(`its key is ${type}; devices verify Ed25519, or P-256 in builds that have it`);
	}
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
