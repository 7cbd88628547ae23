// Private keys on disk: PKCS #8 in PEM, mode 0600, encrypted (pbes2.ts) where a passphrase was given; or what stands in the
// place of one that is elsewhere (command-key.ts).

import { readFileSync, statSync } from "node:fs";
import { CommandKey } from "./command-key.js";
import { createFile } from "./durable-file.js";
import { OperatorError } from "./operator-error.js";
import type { Passphrase } from "./passphrases.js";
import { encryptPrivateKey } from "./pbes2.js";
import { type PrivateKey, readPrivateKeyPem } from "./signing-key.js";

/** Writes a key to a new file. A key file is never replaced: what it held may exist nowhere else. */
export function writePrivateKey(path: string, key: PrivateKey, passphrase?: Passphrase): void {
	createFile(path, privateKeyPem(key, passphrase), 0o600);
}

export function privateKeyPem(key: PrivateKey, passphrase?: Passphrase): string {
	const given = passphrase?.given;
	if (given === undefined || key instanceof CommandKey) return key.export({ type: "pkcs8", format: "pem" }) as string;
	return encryptPrivateKey(key.export({ type: "pkcs8", format: "der" }) as Buffer, given);
}

/** Throws OperatorError if others may read the file, or if the passphrase is missing or wrong. */
export function readPrivateKey(path: string, passphrase: Passphrase): PrivateKey {
	const pem = readPem(path);
	const encrypted = isEncrypted(pem);
	const given = encrypted ? passphrase.get(path) : undefined;
	try {
		return CommandKey.read(pem) ?? readPrivateKeyPem(pem, given);
	} catch (error) {
		if (error instanceof OperatorError) throw new OperatorError(`${path}: ${error.message}`);
		throw new OperatorError(`${path}: ${encrypted ? "another passphrase opens this key" : "not a private key in PEM"}`);
	}
}

export function isEncrypted(pem: string): boolean {
	return /^-----BEGIN .*ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

function readPem(path: string): string {
	let mode: number;
	try {
		mode = statSync(path).mode & 0o777;
	} catch (error) {
		throw new OperatorError(
			`${path}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "this private key is not there" : (error as Error).message}`,
		);
	}
	if (mode & 0o077)
		throw new OperatorError(`${path}: others may read this private key (mode ${mode.toString(8)}): chmod 600 it`);
	return readFileSync(path, "utf8");
}
