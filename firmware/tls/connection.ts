// What the states of one connection share: whom to authenticate, the record layer, the transcript, and the bytes that
// wait for the server.

import { concatenate } from "../bytes.js";
import { Sha256 } from "../crypto/kernel.js";
import type { TrustAnchor } from "../x509/path.js";
import { handshakeSchemes, type SignatureScheme } from "../x509/signature-algorithm.js";
import { type ClientHello, writeClientHello } from "./handshake.js";
import { CHANGE_CIPHER_SPEC, HANDSHAKE, RecordReader, RecordWriter } from "./record.js";

export const NOTHING = new Uint8Array(0);

export class Connection {
	readonly host: string;
	readonly anchors: readonly TrustAnchor[];
	/** What a CertificateVerify may be signed with: first as keys of the anchors' algorithms do. */
	readonly schemes: readonly SignatureScheme[];
	readonly reader: RecordReader;
	readonly writer = new RecordWriter();
	/** §4.1: a running hash, so that no message is kept. */
	transcript = new Sha256();
	/** Bytes for the server. */
	outgoing: Uint8Array = NOTHING;
	/** Bytes of content that our records may have. */
	sendLimit: number;
	/** Whether a CertificateRequest may come now: the only message that may be longer than there is memory for. */
	requestAwaited = false;
	readonly #secrets: Uint8Array[] = [];
	#helloSent = false;
	#compatible = false;

	/** `limit`: bytes of content that a record is asked to have; `memory`: see RecordReader. */
	constructor(host: string, anchors: readonly TrustAnchor[], limit: number, memory: number) {
		this.host = host;
		this.anchors = anchors;
		this.schemes = handshakeSchemes(anchors.map(({ publicKey }) => publicKey.algorithm));
		this.reader = new RecordReader(limit, memory);
		this.sendLimit = limit;
	}

	/** Remembers `secrets`, to overwrite them in the end. */
	keep(...secrets: Uint8Array[]): void {
		for (let i = 0; i < secrets.length; i++) this.#secrets.push(secrets[i]);
	}

	/** Overwrites what is secret: keys, what they were made from, and what was received. */
	wipe(): void {
		this.reader.wipe();
		this.writer.wipeKey();
		for (const secret of this.#secrets.splice(0)) secret.fill(0);
	}

	/** The second in records as short as were asked for in the first: OpenSSL takes no longer ones (RFC 6066 §4). */
	sendHello(hello: ClientHello, version: number): void {
		const message = writeClientHello(hello);
		this.transcript.update(message);
		const step = this.#helloSent ? this.sendLimit : message.length;
		for (let i = 0; i < message.length; i += step) this.send(HANDSHAKE, message.subarray(i, i + step), version);
		this.#helloSent = true;
	}

	sendMessage(message: Uint8Array): void {
		this.transcript.update(message);
		this.send(HANDSHAKE, message);
	}

	/** After the first ClientHello, one change_cipher_spec goes before whatever is next (§E.4). */
	send(type: number, content: Uint8Array, version?: number): void {
		if (this.#helloSent && !this.#compatible) {
			this.#compatible = true;
			this.#queue(this.writer.write(CHANGE_CIPHER_SPEC, Uint8Array.of(1)));
		}
		this.#queue(this.writer.write(type, content, version));
	}

	#queue(record: Uint8Array): void {
		this.outgoing = this.outgoing.length > 0 ? concatenate(this.outgoing, record) : record;
	}
}
