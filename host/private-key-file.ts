// Private keys on disk: PKCS #8 in PEM, mode 0600, encrypted (PBES2, AES-256) where a passphrase is set.

import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createFile } from "./durable-file.js";
import { OperatorError } from "./operator-error.js";

/** Writes a key to a new file. A key file is never replaced: what it held may exist nowhere else. */
export function writePrivateKey(path: string, key: KeyObject, passphrase?: string): void {
	createFile(path, privateKeyPem(key, passphrase), 0o600);
}

export function privateKeyPem(key: KeyObject, passphrase?: string): string {
	const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
	return key.export({ type: "pkcs8", format: "pem", ...encryption }) as string;
}

/** Throws OperatorError if others may read the file, or if the passphrase is missing or wrong. */
export function readPrivateKey(path: string, passphrase?: string): KeyObject {
	const mode = statSync(path).mode & 0o777;
	if (mode & 0o077) {
		throw new OperatorError(`${path}: others may read this private key (mode ${mode.toString(8)}): chmod 600 it`);
	}
	const pem = readFileSync(path, "utf8");
	if (pem.includes("ENCRYPTED") && passphrase === undefined)
		throw new OperatorError(`${path}: this key is encrypted: set BATON_PASSPHRASE`);
	try {
		return createPrivateKey({ key: pem, passphrase });
	} catch {
		throw new OperatorError(
			`${path}: not a private key in PEM${passphrase === undefined ? "" : ", or another passphrase"}`,
		);
	}
}
