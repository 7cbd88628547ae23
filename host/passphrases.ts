// Passphrases come from the environment: not from the command line, which every process of the machine can read.

/** Of the private keys in a fleet's folder. */
export function fleetPassphrase(): string | undefined {
	return process.env.BATON_PASSPHRASE || undefined;
}

/** Of the DL signing key, which should not share it. */
export function dlPassphrase(): string | undefined {
	return process.env.BATON_DL_PASSPHRASE || fleetPassphrase();
}

/** Of an authority's key that is imported. */
export function importPassphrase(): string | undefined {
	return process.env.BATON_IMPORT_PASSPHRASE || undefined;
}
