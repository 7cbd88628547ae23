// The DL signing key (the source's 413) and the log of everything that it signed. The two live in one folder, best on
// a machine without a network:
//
//   dl.key        the private key (mode 0600, encrypted where a passphrase is set)
//   dl.pub        its public key in PEM: burnt into devices
//   fleet         the fleet's name: part of every signature
//   signed/N      the payload that was signed with generation N, in hexadecimal
//
// Same number, same bytes (firmware/DESIGN.md §2): a generation is entered in the log before its signature leaves, in
// one step that fails if it is there already; asked again for the very same payload, the signer gives the very same
// object, because Ed25519 is deterministic. A crash between the two loses nothing and skips nothing.

import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CaInformation } from "./ca-information.js";
import {
	decodeCaInformation,
	encodeCoseSign1,
	encodePayload,
	openCaInformation,
	signatureStructure,
} from "./ca-information.js";
import { createFile, createFolder } from "./durable-file.js";
import { OperatorError } from "./operator-error.js";
import { readPrivateKey, writePrivateKey } from "./private-key-file.js";

export class Signer {
	readonly folder: string;
	readonly fleet: string;
	readonly publicKey: KeyObject;
	readonly #privateKey: KeyObject;

	/** Makes a key and an empty log. */
	static create(folder: string, fleet: string, passphrase?: string): Signer {
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

	static open(folder: string, passphrase?: string): Signer {
		const fleet = readFileSync(join(folder, "fleet"), "utf8").trimEnd();
		return new Signer(folder, fleet, readPrivateKey(join(folder, "dl.key"), passphrase));
	}

	private constructor(folder: string, fleet: string, privateKey: KeyObject) {
		this.folder = folder;
		this.fleet = fleet;
		this.#privateKey = privateKey;
		this.publicKey = createPublicKey(privateKey);
	}

	/** The greatest generation in the log, 0 if it is empty. */
	get last(): number {
		return Math.max(
			0,
			...readdirSync(join(this.folder, "signed"))
				.filter(name => /^\d+$/.test(name))
				.map(Number),
		);
	}

	/** The signed object. Throws OperatorError unless its generation is the next one, or was signed with these bytes. */
	sign(information: CaInformation): Uint8Array {
		const payload = encodePayload(information);
		this.#enter(information.generation, payload);
		return encodeCoseSign1(payload, sign(null, signatureStructure(this.fleet, payload), this.#privateKey));
	}

	/** Enters what another signer, with a spare key, signed before: so that a spare can take over without its log. */
	adopt(object: Uint8Array, dlKeys: KeyObject[]): void {
		const information = openCaInformation(object, this.fleet, [this.publicKey, ...dlKeys]);
		if (!information) throw new OperatorError("not signed by a DL key of this fleet: nothing was entered in the log");
		this.#enter(information.generation, decodeCaInformation(object).payload);
	}

	#enter(generation: number, payload: Uint8Array): void {
		const entry = join(this.folder, "signed", String(generation));
		const hex = Buffer.from(payload).toString("hex");
		const last = this.last;
		if (generation > last + 1) {
			throw new OperatorError(
				`generation ${generation} does not follow ${last}, the last that was signed: expected ${last + 1}`,
			);
		}
		if (generation === last + 1) {
			try {
				return createFile(entry, `${hex}\n`, 0o644);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			}
		}
		if (readFileSync(entry, "utf8").trimEnd() !== hex) {
			throw new OperatorError(`generation ${generation} was signed before, with other contents: take ${this.last + 1}`);
		}
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
