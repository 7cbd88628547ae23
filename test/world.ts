// A ready fleet for tests, in memory: DL keys, authorities, CA information of every kind, servers on 127.0.0.1.
// Everything is real (keys, certificates, sockets); nothing is written to disk.
//
//   const world = await createWorld();
//   const server = await world.applicationServer(1);           // the service, by CA A
//   const download = await world.downloadServer(1, world.information(2));   // URL B, by CA A
//   … world.settings({ "service.fleet.example": server.port }) … await world.close();

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { RunSettings } from "../boards/settings.js";
import { type CaInformation, encodeCaInformation, encodePayload, signatureStructure } from "../host/ca-information.js";
import type { CertificateAuthority, ServerCredentials, Validity } from "../host/certificate-authority.js";
import { authorityName, createCertificateAuthority, createServerCredentials } from "../host/certificate-authority.js";
import { rawPublicKey } from "../host/dl-key.js";
import type { KeyType } from "../host/signing-key.js";
import { withoutSignature } from "../host/unsigned-certificate.js";
import { ApplicationServer, type ApplicationServerOptions } from "../rehearsal/application-server.js";
import { DownloadServer, type DownloadServerOptions } from "../rehearsal/download-server.js";
import { HANG_GUARD } from "./eventually.js";

/** Servers that wait for clients of any slowness. */
export const patient = { handshake: HANG_GUARD, request: HANG_GUARD, idle: HANG_GUARD, grace: HANG_GUARD };

export const SERVICE_NAME = "service.fleet.example";
/** Host of the download server that CA information `namedBy` names. */
export function downloadName(namedBy: number) {
	return `download-${namedBy + 1}.fleet.example`;
}
export const DOWNLOAD_PATH = "/ca-information";

/** Years of the plan, not of this machine: a device compares them with no clock. */
export const plannedYears: Validity = {
	notBefore: new Date("2130-01-01T00:00:00Z"),
	notAfter: new Date("2150-01-01T00:00:00Z"),
};
/** For clients that have a clock. */
export const thisCentury: Validity = {
	notBefore: new Date("2001-01-01T00:00:00Z"),
	notAfter: new Date("2100-01-01T00:00:00Z"),
};

export interface WorldOptions {
	fleet?: string; // default "test"
	authorities?: number; // how many are made, default 3: A, B, C are generations 1, 2, 3
	keyType?: KeyType;
	validity?: Validity; // of all certificates, default `plannedYears`
}

export async function createWorld({
	fleet = "test",
	authorities = 3,
	keyType,
	validity = plannedYears,
}: WorldOptions = {}) {
	const made: CertificateAuthority[] = [];
	for (let generation = 1; generation <= authorities; generation++) {
		made.push(await createCertificateAuthority({ name: authorityName(fleet, generation), validity, keyType }));
	}
	return new World(fleet, made, validity);
}

export class World {
	readonly fleet: string;
	readonly validity: Validity;
	/** The DL signing key, and its spare. */
	readonly dlKey: KeyObject = generateKeyPairSync("ed25519").privateKey;
	readonly spareDlKey: KeyObject = generateKeyPairSync("ed25519").privateKey;
	readonly #authorities: CertificateAuthority[];
	readonly #servers: { close(): Promise<void> }[] = [];

	constructor(fleet: string, authorities: CertificateAuthority[], validity: Validity) {
		this.fleet = fleet;
		this.validity = validity;
		this.#authorities = authorities;
	}

	/** DL public keys, 32 bytes each, as a device has them. */
	get dlPublicKeys(): Uint8Array[] {
		return [rawPublicKey(this.dlKey), rawPublicKey(this.spareDlKey)];
	}

	authority(generation: number): CertificateAuthority {
		const authority = this.#authorities[generation - 1];
		if (!authority)
			throw new RangeError(`expected a generation of 1 to ${this.#authorities.length}, got ${generation}`);
		return authority;
	}

	/** CA information `generation`, signed. `by`: another key; `fleet`: another fleet's; the rest overrides its content. */
	information(
		generation: number,
		{
			by = this.dlKey,
			fleet = this.fleet,
			...content
		}: Partial<CaInformation> & { by?: KeyObject; fleet?: string } = {},
	): Uint8Array {
		return this.seal(this.payload(generation, content), { by, fleet });
	}

	/** What is signed of it. */
	payload(generation: number, content: Partial<CaInformation> = {}): Uint8Array {
		const certificate = content.certificate ?? withoutSignature(this.authority(generation).certificate);
		const nextAddress = `https://${downloadName(generation)}${DOWNLOAD_PATH}`;
		return encodePayload({ generation, nextAddress, ...content, certificate });
	}

	/** Signs any payload at all. */
	seal(
		payload: Uint8Array,
		{ by = this.dlKey, fleet = this.fleet }: { by?: KeyObject; fleet?: string } = {},
	): Uint8Array {
		return encodeCaInformation(payload, { ed25519: sign(null, signatureStructure(fleet, payload), by) });
	}

	/** A key and a certificate from authority `generation`. */
	credentials(generation: number, ...names: string[]): Promise<ServerCredentials> {
		return createServerCredentials(this.authority(generation), { names, validity: this.validity });
	}

	/** The service, with a certificate from authority `generation`. */
	async applicationServer(
		generation: number,
		options: Partial<ApplicationServerOptions> = {},
	): Promise<ApplicationServer> {
		const credentials = options.credentials ?? (await this.credentials(generation, SERVICE_NAME));
		return this.keep(await ApplicationServer.open({ limits: patient, ...options, credentials }));
	}

	/** The download server that CA information `namedBy` names, with a certificate from that authority. */
	async downloadServer(
		namedBy: number,
		caInformation: Uint8Array,
		options: Partial<DownloadServerOptions> = {},
	): Promise<DownloadServer> {
		const credentials = options.credentials ?? (await this.credentials(namedBy, downloadName(namedBy)));
		return this.keep(
			await DownloadServer.open({ limits: patient, path: DOWNLOAD_PATH, caInformation, ...options, credentials }),
		);
	}

	/** Closes `server` with the rest. */
	keep<Closable extends { close(): Promise<void> }>(server: Closable): Closable {
		this.#servers.push(server);
		return server;
	}

	/** A device's settings: factory CA information 1, names that lead to `ports` of this machine. */
	settings(ports: { [host: string]: number }, more: Partial<RunSettings> = {}): RunSettings {
		return {
			fleet: this.fleet,
			factory: Buffer.from(this.information(1)).toString("hex"),
			dlKeys: this.dlPublicKeys.map(key => Buffer.from(key).toString("hex")),
			service: `https://${SERVICE_NAME}/`,
			map: Object.entries(ports).map(([host, toPort]) => ({ host, address: "127.0.0.1", toPort })),
			pollInterval: 3_600_000,
			serviceInterval: 3_600_000,
			deadline: HANG_GUARD,
			once: true,
			...more,
		};
	}

	async close(): Promise<void> {
		await Promise.all(this.#servers.splice(0).map(server => server.close()));
	}
}
