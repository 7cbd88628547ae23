// The DL signing key (the source's 413) and the log of everything that it signed. The two live in one folder, best on
// a machine without a network:
//
//   dl.key        the private key (mode 0600, encrypted where a passphrase is given)
//   dl.pub        its public key in PEM, of a hybrid key a pair: burnt into devices
//                 or, where its Ed25519 half is elsewhere, the command that signs with it (command-key.ts); then there is
//   lms.key       the secret of its LMS half, which stays a file
//   lms.leaves    of a hybrid key: its Merkle tree, no secret, which takes seconds to make
//   fleet         the fleet's name: part of every signature
//   signed/N      what was signed with generation N: the payload, and the hash of all that a signature covers
//   signed/N.cbor the object that came of it
//   skipped       a generation: it and those before it that are not in the log count as signed
//   restored      the key came from a backup: up to which generation it may have signed what the log does not have
//   whole         a generation that access logs show, and that the operator says is a lie: the log is whole
//
// Same number, same bytes (firmware/DESIGN.md §2): a generation is entered in the log before it is signed, in one step
// that fails if it is there already; asked again for the very same payload, the signer gives the very same object. A crash
// between the two loses nothing and skips nothing. With a hybrid key all depends on that: the generation is the index of
// a one-time signature, and two of them for other bytes, for another fleet even, let anybody forge more.

import { createHash, generateKeyPairSync, KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type CaInformation,
	decodeCaInformation,
	encodePayload,
	openCaInformation,
	signatureStructure,
} from "./ca-information.js";
import { CommandKey } from "./command-key.js";
import { judgePayload } from "./device-judge.js";
import { type DlKey, dlKeyPem, isPair, isSameKey, readDlKeyPem } from "./dl-key.js";
import { type DlPrivateKey, lmsPrivateKeyOf, publicHalf, seal } from "./dl-private-key.js";
import { createFile, createFolder, replaceFile } from "./durable-file.js";
import { LMS_INDICES, LMS_LEAVES_BYTES, LmsSigner, makeLmsLeaf, makeLmsLeaves } from "./lms.js";
import { OperatorError } from "./operator-error.js";
import type { Passphrase } from "./passphrases.js";
import { readPrivateKey, writePrivateKey } from "./private-key-file.js";

/** Beyond all that is known, so many generations may have been signed where a log was lost with its last days. */
export const FORGOTTEN_AT_MOST = 16;

/** Other bytes were signed with this generation: it is taken. */
export class TakenError extends OperatorError {}

export class Signer {
	readonly folder: string;
	readonly fleet: string;
	readonly publicKey: DlKey;
	readonly #key: DlPrivateKey;

	/** Makes a classical key and an empty log. `elsewhere`: a key that is there already, for its Ed25519 half. */
	static create(folder: string, fleet: string, passphrase?: Passphrase, elsewhere?: CommandKey): Signer {
		checkPlace(folder, fleet);
		const key = { ed25519: elsewhere ?? generateKeyPairSync("ed25519").privateKey };
		return Signer.#createWith(folder, fleet, key, passphrase);
	}

	/** Makes a hybrid key and an empty log. `onProgress` hears how much of its tree is made, 0 to 1. */
	static async createHybrid(
		folder: string,
		fleet: string,
		passphrase?: Passphrase,
		onProgress = (_share: number) => {},
		elsewhere?: CommandKey,
	): Promise<Signer> {
		checkPlace(folder, fleet);
		const own = generateKeyPairSync("ed25519").privateKey;
		const ed25519 = elsewhere ?? own;
		const secret = lmsPrivateKeyOf(own);
		const leaves = await makeLmsLeaves(secret, made => onProgress(made / LMS_INDICES));
		return Signer.#createWith(
			folder,
			fleet,
			{ ed25519, lms: new LmsSigner(secret, leaves) },
			passphrase,
			leaves,
			elsewhere && own,
		);
	}

	static #createWith(
		folder: string,
		fleet: string,
		key: DlPrivateKey,
		passphrase: Passphrase | undefined,
		leaves?: Uint8Array,
		lmsSecret?: KeyObject,
	): Signer {
		createFolder(folder, beside => {
			mkdirSync(join(beside, "signed"));
			createFile(join(beside, "fleet"), `${fleet}\n`);
			writePrivateKey(join(beside, "dl.key"), key.ed25519, passphrase);
			createFile(join(beside, "dl.pub"), dlKeyPem(publicHalf(key)));
			if (lmsSecret) writePrivateKey(join(beside, "lms.key"), lmsSecret, passphrase);
			if (leaves) createFile(join(beside, "lms.leaves"), leaves);
		});
		return new Signer(folder, fleet, key);
	}

	/** Throws OperatorError if the key cannot be used, or has lost its log. */
	static open(folder: string, passphrase: Passphrase): Signer {
		for (const part of ["fleet", "dl.key", "dl.pub"])
			if (!existsSync(join(folder, part)))
				throw new OperatorError(`${folder} holds no DL signing key: ${part} is missing`);
		if (!existsSync(join(folder, "signed")))
			throw new OperatorError(
				`${folder} has lost its log: signed is missing. Restore it, or make the folder and say baton dl restored`,
			);
		const fleet = readFileSync(join(folder, "fleet"), "utf8").trimEnd();
		return new Signer(folder, fleet, readKey(folder, passphrase));
	}

	private constructor(folder: string, fleet: string, key: DlPrivateKey) {
		this.folder = folder;
		this.fleet = fleet;
		this.#key = key;
		this.publicKey = publicHalf(key);
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
		const found = /^payload (([0-9a-f]{2})+)\nhash ([0-9a-f]{64})\n(forgotten\n)?$/.exec(readFileSync(entry, "utf8"));
		if (!found) throw new OperatorError(`${entry}: this is no entry of a log: restore it from a backup`);
		const payload = new Uint8Array(Buffer.from(found[1], "hex"));
		if (hashOf(this.fleet, payload) !== found[3])
			throw new OperatorError(`${entry}: this was signed for another fleet than ${this.fleet}, or is damaged`);
		return payload;
	}

	/** Its signatures are of a pair: a generation is an index, which signs once. */
	get isHybrid(): boolean {
		return isPair(this.publicKey);
	}

	/** Whether this very key has signed the object. */
	hasSigned(object: Uint8Array): boolean {
		return openCaInformation(object, this.fleet, [this.publicKey]) !== undefined;
	}

	/** The log cannot be whole: this key has signed `object`, nothing in the log says so, and nobody said why. */
	hasForgotten(generation: number, object: Uint8Array): boolean {
		return !this.payload(generation) && generation > this.#restored.forgotten && this.hasSigned(object);
	}

	/** Whether its generation is that of other bytes, signed or skipped. */
	isTaken(information: CaInformation): boolean {
		const before = this.payload(information.generation);
		if (!before) return information.generation <= this.last;
		return !Buffer.from(before).equals(encodePayload(information));
	}

	/**
	 * Checks that this may be signed, once all up to `skipped` are. Gives the payload. Throws OperatorError, TakenError if the
	 * generation is another's.
	 */
	check(information: CaInformation, skipped = 0): Uint8Array {
		const payload = encodePayload(information);
		judgePayload(payload, this.fleet, this.isHybrid);
		const { generation } = information;
		if (this.isTaken(information))
			throw new TakenError(
				`generation ${generation} was signed before, with other contents: the next one is ${this.last + 1} (where the fleet is: baton restored --above ${this.last})`,
			);
		if (!this.payload(generation)) this.#checkFollows(information);
		if (generation > Math.max(this.last, skipped) + 1) {
			throw new OperatorError(
				`generation ${generation} does not follow ${this.last}, the last that was signed: expected ${this.last + 1}. ` +
					"If what is between will never be signed: --skip",
			);
		}
		return payload;
	}

	/** What takes over from a generation that this log cannot know of shows that something was lost. Throws OperatorError. */
	#checkFollows(information: CaInformation): void {
		const { generation, follows = generation - 1 } = information;
		const { full } = this.#restored;
		if (follows < full)
			throw new OperatorError(
				`generation ${generation} follows ${follows}, and ${full} is in full operation: what this key signs since it was restored follows at least that`,
			);
		if (this.isHybrid && follows > this.last)
			throw new OperatorError(
				`generation ${generation} follows ${follows}, which this log does not have: it ends at ${this.last}. If another key of the fleet has signed that: baton dl adopt. If this folder came from a backup: baton dl restored`,
			);
	}

	/** The signed object. Throws OperatorError unless its generation is the next one, or was signed with these bytes. */
	sign(information: CaInformation): Uint8Array {
		const { generation } = information;
		const payload = this.check(information);
		if (this.#isForgotten(generation))
			throw new OperatorError(
				`generation ${generation} was entered after this key came from a backup: it may have signed other bytes with it before`,
			);
		this.#enter(generation, payload);
		const file = join(this.folder, "signed", `${generation}.cbor`);
		if (existsSync(file)) {
			const object = new Uint8Array(readFileSync(file));
			if (isSignedBy(this.publicKey, object, this.fleet, payload)) return object;
			throw new OperatorError(`${file}: this is damaged: remove it, the same bytes give the same signature`);
		}
		const object = seal(payload, this.fleet, this.#key);
		replaceFile(file, object);
		return object;
	}

	/** All up to `generation` that are not in the log are never signed. */
	skip(generation: number): void {
		if (generation > this.last) replaceFile(join(this.folder, "skipped"), `${generation}\n`);
	}

	/**
	 * The key, or its log, came from a backup. `above`: the highest generation that is known to have been signed; `full`:
	 * the one in full operation, 0 if that is not known. Gives the last that counts as signed now. Throws OperatorError.
	 */
	restored(above: number, full: number): number {
		const forgotten = Math.max(this.last, above) + FORGOTTEN_AT_MOST;
		if (this.isHybrid && forgotten >= LMS_INDICES - 1)
			throw new OperatorError(
				`a hybrid DL key signs ${LMS_INDICES - 1} generations, and none would be left: use the spare`,
			);
		replaceFile(join(this.folder, "restored"), `forgotten ${forgotten}\nfull ${Math.max(full, this.#restored.full)}\n`);
		this.skip(forgotten);
		return forgotten;
	}

	/** The log is whole, although access logs show a generation above it: anybody can write such a line. */
	keepWhole(although: number): void {
		replaceFile(join(this.folder, "whole"), `${although}\n`);
	}

	/** What access logs may show without being believed. */
	get disbelieved(): number {
		return this.#numberIn("whole");
	}

	/** Enters what another signer, with a spare key, signed before: so that a spare can take over without its log. */
	adopt(object: Uint8Array, dlKeys: readonly DlKey[]): void {
		const information = openCaInformation(object, this.fleet, [this.publicKey, ...dlKeys]);
		if (!information) throw new OperatorError("not signed by a DL key of this fleet: nothing was entered in the log");
		this.#enter(information.generation, decodeCaInformation(object).payload, true);
	}

	/** Throws TakenError. Of two at once, one finds the other's entry. */
	#enter(generation: number, payload: Uint8Array, isAdopted = false): void {
		const entry = join(this.folder, "signed", String(generation));
		try {
			const isForgotten = isAdopted && generation <= this.#restored.forgotten;
			if (!existsSync(entry)) return createFile(entry, entryOf(this.fleet, payload, isForgotten));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		if (!Buffer.from(this.payload(generation)!).equals(payload))
			throw new TakenError(`generation ${generation} was signed before, with other contents`);
	}

	/** It was entered when nobody could know any more what this key has signed with it. */
	#isForgotten(generation: number): boolean {
		const entry = join(this.folder, "signed", String(generation));
		return existsSync(entry) && readFileSync(entry, "utf8").endsWith("\nforgotten\n");
	}

	get #skipped(): number {
		return this.#numberIn("skipped");
	}

	get #restored(): { forgotten: number; full: number } {
		const file = join(this.folder, "restored");
		if (!existsSync(file)) return { forgotten: 0, full: 0 };
		const found = /^forgotten (\d{1,5})\nfull (\d{1,5})\n$/.exec(readFileSync(file, "utf8"));
		if (!found) throw new OperatorError(`${file}: expected two generations`);
		return { forgotten: Number(found[1]), full: Number(found[2]) };
	}

	#numberIn(name: string): number {
		const file = join(this.folder, name);
		if (!existsSync(file)) return 0;
		const text = readFileSync(file, "utf8").trimEnd();
		if (!/^[1-9]\d{0,4}$/.test(text)) throw new OperatorError(`${file}: expected a generation`);
		return Number(text);
	}
}

function entryOf(fleet: string, payload: Uint8Array, isForgotten: boolean): string {
	const hex = Buffer.from(payload).toString("hex");
	return `payload ${hex}\nhash ${hashOf(fleet, payload)}\n${isForgotten ? "forgotten\n" : ""}`;
}

/** Of external_aad and payload (RFC 9052 §4.4): of all that a signature covers beside its own kind. */
function hashOf(fleet: string, payload: Uint8Array): string {
	return createHash("sha256").update(signatureStructure(fleet, payload)).digest("hex");
}

function isSignedBy(key: DlKey, object: Uint8Array, fleet: string, payload: Uint8Array): boolean {
	try {
		if (!openCaInformation(object, fleet, [key])) return false;
		return Buffer.from(decodeCaInformation(object).payload).equals(payload);
	} catch (error) {
		if (error instanceof TypeError) return false;
		throw error;
	}
}

/** Throws OperatorError unless the private key, the public one and the tree belong together. */
function readKey(folder: string, passphrase: Passphrase): DlPrivateKey {
	const ed25519 = readPrivateKey(join(folder, "dl.key"), passphrase);
	const isKnown = ed25519 instanceof KeyObject || ed25519 instanceof CommandKey;
	if (!isKnown || ed25519.asymmetricKeyType !== "ed25519")
		throw new OperatorError(`${join(folder, "dl.key")}: a DL signing key is an Ed25519 key`);
	const file = join(folder, "dl.pub");
	const publicKey = readDlKeyPem(readFileSync(file, "utf8"));
	if (!publicKey) throw new OperatorError(`${file}: this is no DL public key: restore it from a backup`);
	const key: DlPrivateKey = isPair(publicKey)
		? { ed25519, lms: readTree(folder, lmsPrivateKeyOf(readLmsSecret(folder, ed25519, passphrase))) }
		: { ed25519 };
	if (!isSameKey(publicHalf(key), publicKey))
		throw new OperatorError(
			`${file}: this is another key's than dl.key, or lms.leaves is damaged: remove that, it is made again`,
		);
	return key;
}

/** Of a key that is elsewhere, a secret of its own. */
function readLmsSecret(folder: string, ed25519: KeyObject | CommandKey, passphrase: Passphrase): KeyObject {
	if (!(ed25519 instanceof CommandKey)) return ed25519;
	const file = join(folder, "lms.key");
	const secret = readPrivateKey(file, passphrase);
	if (secret instanceof KeyObject) return secret;
	throw new OperatorError(`${file}: this is no secret of an LMS key: restore it from a backup`);
}

function readTree(folder: string, secret: Uint8Array): LmsSigner {
	const file = join(folder, "lms.leaves");
	if (!existsSync(file)) replaceFile(file, makeLeavesAgain(secret));
	const leaves = new Uint8Array(readFileSync(file));
	if (leaves.length !== LMS_LEAVES_BYTES) throw new OperatorError(`${file} is damaged: remove it, it is made again`);
	return new LmsSigner(secret, leaves);
}

function makeLeavesAgain(secret: Uint8Array): Uint8Array {
	return Buffer.concat(Array.from({ length: LMS_INDICES }, (_, q) => makeLmsLeaf(secret, q)));
}

function checkPlace(folder: string, fleet: string): void {
	checkFleetName(fleet);
	if (existsSync(folder) && readdirSync(folder).length > 0)
		throw new OperatorError(`${folder} is not empty: a DL key is never replaced`);
}

/** The name stands in ASCII in every signature, and in the authorities' subjects. */
export function checkFleetName(fleet: string): void {
	if (!/^[\x21-\x7e]{1,48}$/.test(fleet)) {
		throw new OperatorError(
			`a fleet's name has 1 to 48 visible ASCII characters and no space, got ${JSON.stringify(fleet)}`,
		);
	}
}
