// An authority that was made elsewhere: by openssl (certificate and key in PEM), or by step-ca (its folder, as
// `step ca init` lays it out: certs/root_ca.crt, secrets/root_ca_key, encrypted).

import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CertificateAuthority } from "./certificate-authority.js";
import { CommandKey } from "./command-key.js";
import { OperatorError } from "./operator-error.js";
import { importPassphrase } from "./passphrases.js";
import { readPrivateKey } from "./private-key-file.js";

export interface ImportOptions {
	caCert?: string; // file
	caKey?: string; // file
	stepCa?: string; // folder
	/** The key is elsewhere, and this command signs with it. */
	signer?: string;
}

/** An authority whose key may stay where it is. */
export type ImportedAuthority = Pick<CertificateAuthority, "certificate"> & Partial<CertificateAuthority>;

/**
 * Undefined if nothing is to be imported. Without its key the authority goes on elsewhere, and is asked there for servers'
 * certificates. The key's passphrase is in BATON_IMPORT_PASSPHRASE.
 */
export function readImported({ caCert, caKey, stepCa, signer }: ImportOptions): ImportedAuthority | undefined {
	const [certificateFile, keyFile] =
		stepCa === undefined ? [caCert, caKey] : [join(stepCa, "certs/root_ca.crt"), join(stepCa, "secrets/root_ca_key")];
	if (certificateFile === undefined && keyFile === undefined && signer === undefined) return undefined;
	if (certificateFile === undefined)
		throw new OperatorError("an authority has a certificate, and may have a key here: give --ca-cert");
	for (const file of [certificateFile, keyFile])
		if (file !== undefined && !existsSync(file)) throw new OperatorError(`${file}: no such file`);
	if (signer !== undefined) {
		if (keyFile !== undefined) throw new OperatorError("the key is here, or --signer signs with it: not both");
		const certificate = readCertificate(certificateFile);
		return { certificate, privateKey: new CommandKey(signer, new X509Certificate(certificate).publicKey) };
	}
	if (keyFile === undefined) return { certificate: readCertificate(certificateFile) };
	return { certificate: readCertificate(certificateFile), privateKey: readPrivateKey(keyFile, importPassphrase) };
}

function readCertificate(file: string): Uint8Array {
	try {
		return new X509Certificate(readFileSync(file)).raw;
	} catch {
		throw new OperatorError(`${file}: not a certificate in PEM or DER`);
	}
}
