// A private key that stays where it is made: in a token, a hardware security module, a cloud's key service, an agent. What
// is to be signed goes to a command's standard input; the signature comes from its standard output. The key is pinned by
// its public half: whatever the command gives, it is verified before it counts.

import { spawnSync } from "node:child_process";
import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { element, INTEGER, sequence } from "./der.js";
import { publicKeyOf as ed25519Of } from "./dl-key.js";
import { OperatorError } from "./operator-error.js";
import { isSignedBy, type SigningKey, signatureAlgorithm } from "./signing-key.js";

/** How a file begins that stands in a private key's place. */
const HEAD = "baton signer 1\n";

export class CommandKey implements SigningKey {
	/** For `sh -c`. */
	readonly command: string;
	readonly publicKey: KeyObject;

	/** Throws OperatorError for a key that devices do not know. */
	constructor(command: string, publicKey: KeyObject) {
		signatureAlgorithm(publicKey);
		this.command = command;
		this.publicKey = publicKey;
	}

	/** Undefined: these are no such file's contents. Throws OperatorError if they are, and damaged. */
	static read(text: string): CommandKey | undefined {
		if (!text.startsWith(HEAD)) return undefined;
		const [, command, pem] =
			/^command (.+)\n(-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----)\n$/.exec(text.slice(HEAD.length)) ?? [];
		try {
			return new CommandKey(JSON.parse(command), createPublicKey(pem));
		} catch {
			throw new OperatorError("this names no command and public key: restore it from a backup");
		}
	}

	/** Not the key: what stands in its place in a file. */
	export({ format }: { type: "pkcs8"; format: "der" | "pem" }): string {
		if (format === "der") throw new OperatorError("this key is elsewhere, and stays there");
		return `${HEAD}command ${JSON.stringify(this.command)}\n${this.publicKey.export({ type: "spki", format: "pem" })}`;
	}

	get asymmetricKeyType(): string | undefined {
		return this.publicKey.asymmetricKeyType;
	}

	get asymmetricKeyDetails(): KeyObject["asymmetricKeyDetails"] {
		return this.publicKey.asymmetricKeyDetails;
	}

	/** As certificates have it. Throws OperatorError unless it is this key's. Waits for as long as a finger needs. */
	sign(message: Uint8Array): Uint8Array {
		const { status, signal, error, stdout } = spawnSync("sh", ["-c", this.command], {
			input: message,
			stdio: ["pipe", "pipe", "inherit"],
		});
		// A command that reads nothing, and ends, leaves a broken pipe.
		if (error && (error as NodeJS.ErrnoException).code !== "EPIPE")
			throw new OperatorError(`${this.command}: ${error.message}`);
		if (status !== 0)
			throw new OperatorError(`${this.command}: it ended with ${signal ?? status}, and nothing is signed`);
		const given = new Uint8Array(stdout);
		for (const signature of [given, ...(this.asymmetricKeyType === "ec" ? ecdsaOf(given) : [])])
			if (isSignature(this.publicKey, message, signature)) return signature;
		throw new OperatorError(
			`${this.command}: what it gave (${given.length} bytes) is no signature by its key, which is ${this.asymmetricKeyType}`,
		);
	}
}

/** As two options name it; undefined: neither is given. Throws OperatorError. */
export function readCommandKey({ signer, publicKey }: { signer?: string; publicKey?: string }): CommandKey | undefined {
	if (signer === undefined && publicKey === undefined) return undefined;
	if (signer === undefined || publicKey === undefined)
		throw new OperatorError(
			"a key that is elsewhere has both --signer, its command, and --public-key, its public half",
		);
	return new CommandKey(signer, readPublicKeyFile(publicKey));
}

/** A public key, PEM or DER, or 32 raw bytes of Ed25519. Throws OperatorError. */
export function readPublicKeyFile(file: string): KeyObject {
	let bytes: Buffer;
	try {
		bytes = readFileSync(file);
	} catch (error) {
		throw new OperatorError(`${file}: ${(error as Error).message}`);
	}
	try {
		if (bytes.length === 32) return ed25519Of(bytes) as KeyObject;
		return createPublicKey(bytes.includes("-----BEGIN") ? bytes : { key: bytes, type: "spki", format: "der" });
	} catch {
		throw new OperatorError(`${file}: not a public key in PEM, in DER, or in 32 raw bytes of Ed25519`);
	}
}

/** Some verify throws for what is no signature at all. */
function isSignature(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
	try {
		return isSignedBy(key, message, signature);
	} catch {
		return false;
	}
}

/** PKCS #11 gives r and s one after the other; certificates have a sequence of two integers (RFC 3279 §2.2.3). */
function ecdsaOf(both: Uint8Array): Uint8Array[] {
	if (both.length !== 64 && both.length !== 96) return [];
	const half = both.length / 2;
	return [sequence(...[both.subarray(0, half), both.subarray(half)].map(integer))];
}

function integer(bytes: Uint8Array): Buffer {
	const from = bytes.findIndex(byte => byte !== 0);
	const value = Buffer.from(bytes.subarray(from < 0 ? bytes.length - 1 : from));
	return element(INTEGER, ...(value[0] & 0x80 ? [Buffer.of(0)] : []), value);
}
