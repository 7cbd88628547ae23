// What most verbs begin with: the fleet's folder, passphrases, the year of the plan that it is now.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Fleet } from "../fleet.js";
import type { Operation, Step } from "../operator.js";
import { OperatorError } from "../private-key-file.js";
import { Signer } from "../signer.js";

export interface FolderOption {
	folder: string;
}

/** Of the private keys in a fleet's folder. */
export function passphrase() {
	return process.env.BATON_PASSPHRASE || undefined;
}
/** Of the DL signing key, which should not share it. */
export function dlPassphrase() {
	return process.env.BATON_DL_PASSPHRASE || passphrase();
}

export function openFleet({ folder }: FolderOption): {
	fleet: Fleet;
	operation: Operation;
	steps: Step[];
	year: number;
} {
	const fleet = Fleet.open(folder, passphrase());
	const { record } = fleet;
	if (!record)
		throw new OperatorError(
			`${folder}: nothing is in operation yet: baton init was broken off; run it again in an empty folder`,
		);
	return { fleet, ...record, year: fleet.yearOf(new Date()) };
}

/** The DL signing key, if it is on this machine: in `dl` beside the fleet, or where the option says. */
export function signerAtHand(folder: string, dl: string | undefined): Signer | undefined {
	const place = dl ?? join(folder, "dl");
	if (!existsSync(join(place, "dl.key"))) {
		if (dl !== undefined) throw new OperatorError(`${dl} holds no DL signing key`);
		return undefined;
	}
	return Signer.open(place, dlPassphrase());
}

/** Asks for a word to be typed. Without a terminal nobody can, and the answer is no. */
export async function confirmed(word: string, question: string): Promise<boolean> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return (await terminal.question(`${question}\nType ${word} to go on: `)).trim() === word;
	} finally {
		terminal.close();
	}
}
