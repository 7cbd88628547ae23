// Passphrases: from the environment, from a file, or typed at the terminal. Never from the command line, which every
// process of the machine can read.

import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { OperatorError } from "./operator-error.js";

/** What opens private keys, and encrypts those that are made. */
export interface Passphrase {
	/** The passphrase, if one was given without asking. */
	readonly given: string | undefined;
	/** For what is encrypted: it is asked for if it was not given. Throws OperatorError where nobody can type. */
	get(file: string): string;
}

/** One that is known. */
export function passphrase(text: string): Passphrase {
	return { given: text, get: () => text };
}

class OperatorPassphrase implements Passphrase {
	readonly #variable: string;
	readonly #instead: Passphrase | undefined;
	#typed: string | undefined;

	/** `instead`: what counts where this one was not given. */
	constructor(variable: string, instead?: Passphrase) {
		this.#variable = variable;
		this.#instead = instead;
	}

	get given(): string | undefined {
		return this.#own ?? this.#instead?.given;
	}

	get(file: string): string {
		const { given } = this;
		if (given !== undefined) return given;
		this.#typed = ask(`Passphrase for ${file}: `);
		if (this.#typed === undefined)
			throw new OperatorError(
				`${file}: this key is encrypted: set ${this.#variable}, or ${this.#variable}_FILE to a file that holds the passphrase`,
			);
		return this.#typed;
	}

	/** Asks for it, twice, before anything is encrypted with it. Throws OperatorError. */
	askTwice(): void {
		const typed = ask("New passphrase: ");
		if (typed === undefined) throw new OperatorError("a passphrase can be asked for at a terminal alone");
		if (typed === "") throw new OperatorError("an empty passphrase protects nothing");
		if (ask("Once more: ") !== typed) throw new OperatorError("these are two different passphrases");
		this.#typed = typed;
	}

	get #own(): string | undefined {
		const file = process.env[`${this.#variable}_FILE`];
		if (file) {
			try {
				return readFileSync(file, "utf8").replace(/\r?\n$/, "");
			} catch (error) {
				throw new OperatorError(`${this.#variable}_FILE: ${(error as Error).message}`);
			}
		}
		return process.env[this.#variable] || this.#typed;
	}
}

/** Of the private keys in a fleet's folder. */
export const fleetPassphrase = new OperatorPassphrase("BATON_PASSPHRASE");
/** Of the DL signing key, which should not share it. */
export const dlPassphrase = new OperatorPassphrase("BATON_DL_PASSPHRASE", fleetPassphrase);
/** Of an authority's key that is imported. */
export const importPassphrase = new OperatorPassphrase("BATON_IMPORT_PASSPHRASE");

const LONGEST = 1_024; // bytes

/** A line from the terminal, which does not show it. Undefined: there is none. */
function ask(question: string): string | undefined {
	if (!process.stdin.isTTY) return undefined;
	let terminal: number;
	try {
		terminal = openSync("/dev/tty", "r+");
	} catch {
		return undefined;
	}
	const echo = (on: boolean) => spawnSync("stty", [on ? "echo" : "-echo"], { stdio: [terminal, "ignore", "ignore"] });
	try {
		echo(false);
		writeSync(terminal, question);
		const line = Buffer.alloc(LONGEST);
		const length = readSync(terminal, line); // a terminal gives line by line
		writeSync(terminal, "\n");
		return line.toString("utf8", 0, length).replace(/\r?\n$/, "");
	} finally {
		echo(true);
		closeSync(terminal);
	}
}
