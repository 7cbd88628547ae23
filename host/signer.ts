// The DL signing key (the source's 413) and the log of everything that it signed. The two live in one folder, best on
// a machine without a network:
//
//   dl.key        the private key (mode 0600, encrypted where a passphrase is given)
//   dl.pub        its public key in PEM: burnt into devices
//   fleet         the fleet's name: part of every signature
//   signed/N      the payload that was signed with generation N, in hexadecimal
//   skipped       a generation: it and those before it that are not in the log count as signed
//
// Same number, same bytes (firmware/DESIGN.md §2): a generation is entered in the log before its signature leaves, in
// one step that fails if it is there already; asked again for the very same payload, the signer gives the very same
// object, because Ed25519 is deterministic. A crash between the two loses nothing and skips nothing.

import { createPublicKey, generateKeyPairSync, KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type CaInformation,
	decodeCaInformation,
	encodeCoseSign1,
	encodePayload,
	openCaInformation,
	signatureStructure,
} from "./ca-information.js";
import { judgePayload } from "./device-judge.js";
import type { DlKey } from "./dl-key.js";
import { createFile, createFolder, replaceFile } from "./durable-file.js";
import { OperatorError } from "./operator-error.js";
import type { Passphrase } from "./passphrases.js";
import { readPrivateKey, writePrivateKey } from "./private-key-file.js";

/** Other bytes were signed with this generation: it is taken. */
export class TakenError extends OperatorError {}

export class Signer {
	readonly folder: string;
	readonly fleet: string;
	readonly publicKey: DlKey;
	readonly #privateKey: KeyObject;

	/** Makes a key and an empty log. */
	static create(folder: string, fleet: string, passphrase?: Passphrase): Signer {
		checkFleetName(fleet);
		const { privateKey, publicKey } = generateKeyPairSync("ed25519");
		if (existsSync(folder) && readdirSync(folder).length > 0)
			throw new OperatorError(`${folder} is not empty: a DL key is never replaced`);
		createFolder(folder, beside => {
			mkdirSync(join(beside, "signed"));
			createFile(join(beside, "fleet"), `${fleet}\n`);
			writePrivateKey(join(beside, "dl.key"), privateKey, passphrase);
			createFile(join(beside, "dl.pub"), publicKey.export({ type: "spki", format: "pem" }));
		});
		return new Signer(folder, fleet, privateKey);
	}

	/** Throws OperatorError if the key cannot be used, or has lost its log. */
	static open(folder: string, passphrase: Passphrase): Signer {
		for (const part of ["fleet", "dl.key"])
			if (!existsSync(join(folder, part)))
				throw new OperatorError(`${folder} holds no DL signing key: ${part} is missing`);
		if (!existsSync(join(folder, "signed")))
			throw new OperatorError(
				`${folder} has lost its log: signed is missing. Restore it, or make the folder and say baton dl restored`,
			);
		const fleet = readFileSync(join(folder, "fleet"), "utf8").trimEnd();
		const file = join(folder, "dl.key");
		const privateKey = readPrivateKey(file, passphrase);
		if (!(privateKey instanceof KeyObject) || privateKey.asymmetricKeyType !== "ed25519")
			throw new OperatorError(`${file}: a DL signing key is an Ed25519 key`);
		return new Signer(folder, fleet, privateKey);
	}

	private constructor(folder: string, fleet: string, privateKey: KeyObject) {
		this.folder = folder;
		this.fleet = fleet;
		this.#privateKey = privateKey;
		this.publicKey = createPublicKey(privateKey);
	}

	/** The greatest generation that was signed, or counts as signed; 0 before the first. */
	get last(): number {
		return Math.max(this.#skipped, ...this.signed);
	}

	/** The generations in the log. */
	get signed(): number[] {
		return readdirSync(join(this.folder, "signed"))
			.filter(name => /^\d+$/.test(name))
			.map(Number)
			.sort((a, b) => a - b);
	}

	/** The payload that was signed with this generation; undefined: none is in the log. */
	payload(generation: number): Uint8Array | undefined {
		const entry = join(this.folder, "signed", String(generation));
		if (!existsSync(entry)) return undefined;
		const hex = readFileSync(entry, "utf8").trimEnd();
		if (!/^([0-9a-f]{2})+$/.test(hex)) throw new OperatorError(`${entry}: this is no payload in hexadecimal`);
		return new Uint8Array(Buffer.from(hex, "hex"));
	}

	/** Is its generation that of other bytes, signed or skipped? */
	isTaken(information: CaInformation): boolean {
		const before = this.payload(information.generation);
		if (!before) return information.generation <= this.last;
		return !Buffer.from(before).equals(encodePayload(information));
	}

	/**
	 * May this be signed, once all up to `skipped` are? Gives the payload. Throws OperatorError, TakenError if the
	 * generation is another's.
	 */
	check(information: CaInformation, skipped = 0): Uint8Array {
		const payload = encodePayload(information);
		judgePayload(payload, this.fleet);
		const { generation } = information;
		if (this.isTaken(information))
			throw new TakenError(
				`generation ${generation} was signed before, with other contents: the next one is ${this.last + 1} (where the fleet is: baton restored --above ${this.last})`,
			);
		if (generation > Math.max(this.last, skipped) + 1) {
			throw new OperatorError(
				`generation ${generation} does not follow ${this.last}, the last that was signed: expected ${this.last + 1}. ` +
					"If what is between will never be signed: --skip",
			);
		}
		return payload;
	}

	/** The signed object. Throws OperatorError unless its generation is the next one, or was signed with these bytes. */
	sign(information: CaInformation): Uint8Array {
		const payload = this.check(information);
		this.#enter(information.generation, payload);
		return encodeCoseSign1(payload, sign(null, signatureStructure(this.fleet, payload), this.#privateKey));
	}

	/** All up to `generation` that are not in the log are never signed. */
	skip(generation: number): void {
		if (generation > this.last) replaceFile(join(this.folder, "skipped"), `${generation}\n`);
	}

	/** Enters what another signer, with a spare key, signed before: so that a spare can take over without its log. */
	adopt(object: Uint8Array, dlKeys: readonly DlKey[]): void {
		const information = openCaInformation(object, this.fleet, [this.publicKey, ...dlKeys]);
		if (!information) throw new OperatorError("not signed by a DL key of this fleet: nothing was entered in the log");
		this.#enter(information.generation, decodeCaInformation(object).payload);
	}

	/** Throws TakenError. Of two at once, one finds the other's entry. */
	#enter(generation: number, payload: Uint8Array): void {
		const entry = join(this.folder, "signed", String(generation));
		try {
			if (!existsSync(entry)) return createFile(entry, `${Buffer.from(payload).toString("hex")}\n`);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		if (!Buffer.from(this.payload(generation)!).equals(payload))
			throw new TakenError(`generation ${generation} was signed before, with other contents`);
	}

	get #skipped(): number {
		const file = join(this.folder, "skipped");
		if (!existsSync(file)) return 0;
		const text = readFileSync(file, "utf8").trimEnd();
		if (!/^[1-9]\d{0,4}$/.test(text)) throw new OperatorError(`${file}: expected a generation`);
		return Number(text);
	}
}

/** The name stands in ASCII in every signature, and in the authorities' subjects. */
export function checkFleetName(fleet: string): void {
	if (!/^[\x21-\x7e]{1,48}$/.test(fleet)) {
		throw new OperatorError(
			`a fleet's name has 1 to 48 visible ASCII characters and no space, got ${JSON.stringify(fleet)}`,
		);
	}
}
