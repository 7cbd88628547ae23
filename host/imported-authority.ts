// An authority that was made elsewhere: by openssl (certificate and key in PEM), or by step-ca (its folder, as
// `step ca init` lays it out: certs/root_ca.crt, secrets/root_ca_key, encrypted).

import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CertificateAuthority } from "./certificate-authority.js";
import { OperatorError } from "./operator-error.js";
import { importPassphrase } from "./passphrases.js";

export interface ImportOptions {
	caCert?: string; // file
	caKey?: string; // file
	stepCa?: string; // folder
}

/** Undefined if nothing is to be imported. The key's passphrase is in BATON_IMPORT_PASSPHRASE. */
export function readImported({ caCert, caKey, stepCa }: ImportOptions): CertificateAuthority | undefined {
	const [certificateFile, keyFile] =
		stepCa === undefined ? [caCert, caKey] : [join(stepCa, "certs/root_ca.crt"), join(stepCa, "secrets/root_ca_key")];
	if (certificateFile === undefined && keyFile === undefined) return undefined;
	if (certificateFile === undefined || keyFile === undefined)
		throw new OperatorError("an authority has a certificate and a key: give --ca-cert and --ca-key");
	for (const file of [certificateFile, keyFile])
		if (!existsSync(file)) throw new OperatorError(`${file}: no such file`);
	const mode = statSync(keyFile).mode & 0o777;
	if (mode & 0o077)
		throw new OperatorError(`${keyFile}: others may read this private key (mode ${mode.toString(8)}): chmod 600 it`);
	return { certificate: readCertificate(certificateFile), privateKey: readKey(keyFile) };
}

function readCertificate(file: string): Uint8Array {
	try {
		return new X509Certificate(readFileSync(file)).raw;
	} catch {
		throw new OperatorError(`${file}: not a certificate in PEM or DER`);
	}
}

function readKey(file: string) {
	const key = readFileSync(file, "utf8");
	const passphrase = importPassphrase();
	if (key.includes("ENCRYPTED") && passphrase === undefined)
		throw new OperatorError(`${file}: this key is encrypted: set BATON_IMPORT_PASSPHRASE`);
	try {
		return createPrivateKey({ key, passphrase });
	} catch {
		throw new OperatorError(
			`${file}: not a private key in PEM${passphrase === undefined ? "" : ", or another passphrase"}`,
		);
	}
}
