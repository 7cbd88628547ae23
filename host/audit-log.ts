// What was ordered, signed, issued and brought back for a fleet: who, when, what. A line of JSON each, only ever appended,
// under the fleet's lock. Each line holds the hash of the one before it: who changes or removes one changes all after it,
// so a copy of the last hash elsewhere (`baton log` prints it) vouches for the whole.
//
// What a full disk or a power cut has torn off is no line; the next one continues the chain from the last that is whole.

import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { OperatorError } from "./operator-error.js";
import { hostName, userName } from "./person.js";

/** What a line says, before it has its place. */
export interface Entry {
	at: string; // ISO 8601
	who: string; // user@host
	what: string;
	/** What belongs to it: generations, names, fingerprints. */
	[detail: string]: unknown;
}

interface Line extends Entry {
	/** Counts the lines, from 1. */
	number: number;
	/** SHA-256 of the line before it, in hexadecimal; of the first, nothing. */
	before: string;
}

export function entry(what: string, details: object = {}): Entry {
	return { at: new Date().toISOString(), who: `${userName()}@${hostName()}`, what, ...details };
}

export class AuditLog {
	readonly file: string;

	constructor(file: string) {
		this.file = file;
	}

	/** Throws OperatorError if a line is not where it was. */
	get lines(): Line[] {
		const { lines, trouble } = this.#read();
		if (trouble !== undefined) throw new OperatorError(trouble);
		return lines;
	}

	/** Why the log cannot be believed; undefined: its chain is whole. */
	get trouble(): string | undefined {
		return this.#read().trouble;
	}

	/** The hash of the last line, which depends on all lines. */
	get head(): string {
		return this.#read().head;
	}

	has(entry: Entry): boolean {
		return this.#read().lines.some(({ number: _, before: __, ...told }) => isDeepStrictEqual(told, entry));
	}

	/** Appends, whatever is wrong with what is there. */
	append(entry: Entry): void {
		const { lines, head, torn } = this.#read();
		const line: Line = { number: (lines.at(-1)?.number ?? 0) + 1, ...entry, before: head };
		const bytes = Buffer.from(`${torn ? "\n" : ""}${JSON.stringify(line)}\n`);
		const file = openSync(this.file, "a", 0o644);
		try {
			for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
	}

	#read(): { lines: Line[]; head: string; torn: boolean; trouble?: string } {
		const text = existsSync(this.file) ? readFileSync(this.file, "utf8") : "";
		const lines: Line[] = [];
		let head = "";
		let trouble: string | undefined;
		for (const written of text.split("\n")) {
			const line = parse(written);
			if (!line) continue;
			if (line.before !== head || line.number !== lines.length + 1)
				trouble ??= `${this.file}: line ${lines.length + 1} is not the one that was written, or lines before it are missing`;
			lines.push(line);
			head = createHash("sha256").update(written).digest("hex");
		}
		return { lines, head, torn: text !== "" && !text.endsWith("\n"), ...(trouble === undefined ? {} : { trouble }) };
	}
}

/** Undefined: it was torn. */
function parse(written: string): Line | undefined {
	try {
		const line = JSON.parse(written) as Line;
		return typeof line?.number === "number" && typeof line.before === "string" ? line : undefined;
	} catch {
		return undefined;
	}
}
