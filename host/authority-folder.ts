// What belongs to one CA information, in a folder of its own:
//
//   authority.json        what was ordered
//   ca.key  ca.pem        of the CA, if it began with this one; what was issued anew has that of its beginning
//   anchor.der            what devices get of ca.pem: of our own authorities the same without its signature
//   download/             server.key  server.pem: of the server at the address that this CA information names, made with
//                         it, because it must come from this CA and is needed when the CA may be gone. Where the CA's key
//                         is elsewhere, server.csr is carried there first
//   to-sign.cbor          what is carried to the DL signing key, while that is elsewhere
//   information.cbor      once it is signed
//   issued/               servers' certificates that were issued since, by their serial numbers
//
// The folder appears whole or not at all, before the order that it belongs to is recorded.

import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type CertificateAuthority, certificatePem, type ServerCredentials } from "./certificate-authority.js";
import { createFile, createFolder, replaceFile } from "./durable-file.js";
import type { ImportedAuthority } from "./imported-authority.js";
import type { Authority } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import type { Passphrase } from "./passphrases.js";
import { isEncrypted, readPrivateKey, writePrivateKey } from "./private-key-file.js";
import { isKeyOf, type PrivateKey } from "./signing-key.js";

/** An authority as it was ordered, and the address that its CA information names. */
export interface Ordered extends Authority {
	nextAddress: string;
	mirrors?: string[];
	/** Its CA was made elsewhere. */
	imported?: true;
	/** The CA was made elsewhere, and its key has stayed there. */
	keyElsewhere?: true;
}

export interface Made {
	ordered: Ordered;
	/** Absent for what was issued anew. */
	ca?: ImportedAuthority;
	/** The CA certificate as devices get it, DER. */
	anchor: Uint8Array;
	/** `request`: where the CA's key is elsewhere, what is carried there; the certificate comes back from it. */
	download: ServerCredentials | { privateKey: PrivateKey; request: string };
}

export class AuthorityFolder {
	readonly path: string;
	readonly #passphrase: Passphrase;

	constructor(path: string, passphrase: Passphrase) {
		this.path = path;
		this.#passphrase = passphrase;
	}

	get exists(): boolean {
		return existsSync(this.path);
	}

	create({ ordered, ca, anchor, download }: Made): void {
		createFolder(this.path, beside => {
			createFile(join(beside, "authority.json"), `${JSON.stringify(ordered, undefined, "\t")}\n`);
			if (ca) {
				if (ca.privateKey) writePrivateKey(join(beside, "ca.key"), ca.privateKey, this.#passphrase);
				createFile(join(beside, "ca.pem"), certificatePem(ca.certificate));
				createFile(join(beside, "anchor.der"), anchor);
			}
			const server = join(beside, "download");
			if ("certificate" in download) {
				writeKeyAndCertificate(server, "server", download, this.#passphrase);
			} else {
				writePrivateKey(join(server, "server.key"), download.privateKey, this.#passphrase);
				createFile(join(server, "server.csr"), download.request);
			}
		});
	}

	/** Renames the folder, to make room for another one; nothing is lost. */
	setAside(): void {
		for (let n = 1; ; n++) {
			const aside = `${this.path}.aside-${n}`;
			if (existsSync(aside)) continue;
			return renameSync(this.path, aside);
		}
	}

	/** Undefined: the folder is not whole, or of an older baton. */
	get ordered(): Ordered | undefined {
		const file = join(this.path, "authority.json");
		if (!existsSync(file)) return undefined;
		try {
			return JSON.parse(readFileSync(file, "utf8")) as Ordered;
		} catch {
			return undefined;
		}
	}

	/** The CA's certificate, DER. Reads no key. */
	get certificate(): Uint8Array {
		return readCertificate(join(this.path, "ca.pem"));
	}

	/** As devices get it. Throws OperatorError. */
	get anchor(): Uint8Array {
		return new Uint8Array(readOperatorFile(join(this.path, "anchor.der")));
	}

	get ca(): CertificateAuthority {
		if (this.ordered?.keyElsewhere)
			throw new OperatorError(`${this.path}: this CA's key is elsewhere: what it is to sign has to be carried there`);
		return readKeyAndCertificate(this.path, "ca", this.#passphrase);
	}

	get download(): ServerCredentials {
		if (this.isWaiting)
			throw new OperatorError(
				`${this.downloadRequestFile} is still to be carried to its CA, and the certificate to be brought back: baton ca certificate`,
			);
		return readKeyAndCertificate(join(this.path, "download"), "server", this.#passphrase);
	}

	/** Of the download server: no key is read. Undefined: there is none, or none that can be read. */
	get downloadCertificate(): X509Certificate | undefined {
		const file = join(this.path, "download", "server.pem");
		try {
			return readChain(file, readOperatorFile(file))[0];
		} catch (error) {
			if (error instanceof OperatorError) return undefined;
			throw error;
		}
	}

	/** Where a CA whose key is elsewhere is asked for the download server's certificate. */
	get downloadRequestFile(): string {
		return join(this.path, "download", "server.csr");
	}

	/** The download server has no certificate yet. */
	get isWaiting(): boolean {
		return existsSync(this.downloadRequestFile) && !existsSync(join(this.path, "download", "server.pem"));
	}

	/** The download server's certificate, and those between it and the CA's. Throws OperatorError if it is another key's. */
	keepDownload(chain: X509Certificate[]): void {
		const key = readPrivateKey(join(this.path, "download", "server.key"), this.#passphrase);
		if (!isKeyOf(chain[0], key)) throw new OperatorError("this certificate is of another key than the request");
		replaceFile(join(this.path, "download", "server.pem"), chain.map(({ raw }) => certificatePem(raw)).join(""));
	}

	/** Whether a CA's key is here, and encrypted. */
	get isEncrypted(): boolean {
		const file = join(this.path, "ca.key");
		return existsSync(file) && isEncrypted(readFileSync(file, "utf8"));
	}

	get requestFile(): string {
		return join(this.path, "to-sign.cbor");
	}

	get informationFile(): string {
		return join(this.path, "information.cbor");
	}

	/** The bytes of the signed CA information, without judging them; undefined: there are none. */
	get information(): Uint8Array | undefined {
		return existsSync(this.informationFile) ? new Uint8Array(readFileSync(this.informationFile)) : undefined;
	}

	keepRequest(payload: Uint8Array): void {
		replaceFile(this.requestFile, payload);
	}

	keepInformation(object: Uint8Array): void {
		replaceFile(this.informationFile, object);
	}

	/** Remembers a server's certificate. */
	keepIssued(certificate: Uint8Array): void {
		const { serialNumber } = new X509Certificate(certificate);
		createFile(join(this.path, "issued", `${serialNumber.toLowerCase()}.pem`), certificatePem(certificate));
	}

	/** Servers' certificates that were issued, the download server's own not among them. */
	get issued(): X509Certificate[] {
		const folder = join(this.path, "issued");
		if (!existsSync(folder)) return [];
		return readdirSync(folder)
			.filter(name => name.endsWith(".pem"))
			.map(name => new X509Certificate(readFileSync(join(folder, name))));
	}
}

export function writeKeyAndCertificate(
	folder: string,
	name: string,
	{ certificate, privateKey }: ServerCredentials,
	passphrase: Passphrase,
): void {
	writePrivateKey(join(folder, `${name}.key`), privateKey, passphrase);
	createFile(join(folder, `${name}.pem`), certificatePem(certificate));
}

/** Throws OperatorError if the key cannot be used, or is another certificate's. */
export function readKeyAndCertificate(folder: string, name: string, passphrase: Passphrase): ServerCredentials {
	const file = join(folder, `${name}.pem`);
	const [own, ...between] = readChain(file, readOperatorFile(file));
	const privateKey = readPrivateKey(join(folder, `${name}.key`), passphrase);
	if (!isKeyOf(own, privateKey)) throw new OperatorError(`${file}: the key beside it is another certificate's`);
	const intermediates = between.map(({ raw }) => new Uint8Array(raw));
	return { certificate: new Uint8Array(own.raw), privateKey, ...(between.length > 0 ? { intermediates } : {}) };
}

function readCertificate(file: string): Uint8Array {
	return new Uint8Array(readChain(file, readOperatorFile(file))[0].raw);
}

/** Certificates in PEM, one after the other: at least one. Throws OperatorError. */
export function readChain(file: string, text: Buffer): X509Certificate[] {
	const pieces = text.toString().match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
	try {
		if (pieces.length > 0) return pieces.map(pem => new X509Certificate(pem));
	} catch {}
	throw new OperatorError(`${file}: not a certificate in PEM`);
}

function readOperatorFile(file: string): Buffer {
	try {
		return readFileSync(file);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new OperatorError(`${file}: ${code === "ENOENT" ? "this certificate is not there" : message}`);
	}
}
