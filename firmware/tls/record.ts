// The record layer (RFC 9846 §5). One buffer, as long as a record that was asked for, takes what TCP has, be it part of a
// record or several; the first one is decrypted in place, and nothing is copied out of it here. Not every server does as
// `record_size_limit` (RFC 8449) and `max_fragment_length` (RFC 6066 §4) ask: for a longer record there is a buffer of its
// own while it is at hand, up to what the board affords. Left out: 0-RTT.

import { copyBytes } from "../bytes.js";
import { type Aead, Aes128Gcm, ChaCha20Poly1305 } from "../crypto/kernel.js";
import { BAD_RECORD_MAC, INTERNAL_ERROR, RECORD_OVERFLOW, refuse, UNEXPECTED_MESSAGE } from "./alert.js";
import { trafficKey } from "./key-schedule.js";

/** ContentType. */
export const CHANGE_CIPHER_SPEC = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	APPLICATION_DATA = 23;

const HEADER = 5,
	CONTENT_TYPE = 1,
	TAG = 16; // bytes
/** What protection adds to a record's content. */
export const OVERHEAD = HEADER + CONTENT_TYPE + TAG;

const LONGEST_CONTENT = 2 ** 14; // bytes (§5.1)
/** The longest fragment that there is (§5.2). */
export const LONGEST_FRAGMENT = LONGEST_CONTENT + 256;

export interface CipherSuite {
	code: number;
	keyLength: number; // bytes
	Aead: new (key: Uint8Array) => Aead;
	/** Records that one key may protect. */
	maximumRecords: number;
}

const MAXIMUM_RECORDS = 2 ** 24; // AES-GCM may protect 2^24.5 full ones with one key (§5.5)

/** Both suites of the profile (§B.4), the one that is cheap without AES hardware first. Their hash is SHA-256. */
export const CIPHER_SUITES: readonly CipherSuite[] = Object.freeze([
	Object.freeze({ code: 0x1303, keyLength: 32, Aead: ChaCha20Poly1305, maximumRecords: MAXIMUM_RECORDS }),
	Object.freeze({ code: 0x1301, keyLength: 16, Aead: Aes128Gcm, maximumRecords: MAXIMUM_RECORDS }),
]);

/** One direction: from some moment on, its records are protected by a key, an IV and a sequence number (§5.2, §5.3). */
class Direction {
	#aead: Aead | undefined;
	#iv: Uint8Array = new Uint8Array(12);
	readonly #nonce = new Uint8Array(12);
	#sequence = 0;
	#maximum = Infinity;

	/** From now on records are protected by a key from `trafficSecret`. */
	protect(suite: CipherSuite, trafficSecret: Uint8Array): void {
		this.wipeKey();
		const { key, iv } = trafficKey(trafficSecret, suite.keyLength);
		this.#aead = new suite.Aead(key);
		key.fill(0);
		this.#iv = iv;
		this.#sequence = 0;
		this.#maximum = suite.maximumRecords;
	}

	get isProtected(): boolean {
		return this.#aead !== undefined;
	}

	/** How many more records the key may protect. */
	get left(): number {
		return this.#maximum - this.#sequence;
	}

	wipeKey(): void {
		this.#aead?.wipe();
		this.#iv.fill(0);
		this.#nonce.fill(0);
	}

	/** `fragment`: content, content type, and room for the tag. */
	protected sealFragment(header: Uint8Array, fragment: Uint8Array): void {
		this.#aead!.seal(this.#nextNonce(), header, fragment);
	}

	protected openFragment(header: Uint8Array, fragment: Uint8Array): boolean {
		return this.#aead!.open(this.#nextNonce(), header, fragment);
	}

	/** The sequence number, on 64 bits, added to the IV; it never wraps. */
	#nextNonce(): Uint8Array {
		let sequence = this.#sequence++;
		if (sequence >= this.#maximum) refuse("too many records under one key", INTERNAL_ERROR);
		copyBytes(this.#nonce, 0, this.#iv);
		for (let i = 11; sequence !== 0; i--, sequence >>>= 8) this.#nonce[i] ^= sequence;
		return this.#nonce;
	}
}

/** Receives records, and gives one after the other. */
export class RecordReader extends Direction {
	readonly #ordinary: Uint8Array;
	/** The ordinary buffer, or that of the longer record at hand. */
	#buffer: Uint8Array;
	readonly #memory: number; // bytes, for a longer one and for a message beside it
	#held = 0; // bytes of such a message
	#enforced = false;
	#filled = 0; // bytes of it
	#length: number | undefined; // of the first record's fragment, once its header was read

	/**
	 * `limit`: bytes of content that a record is asked to have. `memory`: bytes that a longer record's fragment may take
	 * all the same, together with a message that is not complete yet.
	 */
	constructor(limit: number, memory: number) {
		super();
		this.#buffer = this.#ordinary = new Uint8Array(limit + OVERHEAD);
		this.#memory = memory;
	}

	/** From now on no protected record may be longer than was asked for: the server has agreed to it. */
	enforce(): void {
		this.#enforced = true;
	}

	/** A message of `length` bytes is kept until it is complete; 0: none is. Throws AlertError if that is too much. */
	hold(length: number): void {
		this.#held = length;
		if (this.#buffer !== this.#ordinary && this.#buffer.length - HEADER + length > this.#memory)
			refuse("message too long");
	}

	/** How many bytes there is room for. */
	get wanted(): number {
		return this.#buffer.length - this.#filled;
	}

	/** Whether something was received that no `next` has passed over. */
	get hasBegun(): boolean {
		return this.#filled > 0;
	}

	/** Whether a record is complete. Throws AlertError as soon as its header shows that it is refused. */
	hasRecord(): boolean {
		if (this.#length === undefined && this.#filled >= HEADER) this.#length = this.#readHeader();
		return this.#length !== undefined && this.#filled >= HEADER + this.#length;
	}

	/** Overwrites the key, and what was received. */
	wipe(): void {
		this.wipeKey();
		this.#buffer.fill(0);
		this.#ordinary.fill(0);
	}

	/** Takes at most `wanted` bytes. */
	receive(bytes: Uint8Array): void {
		copyBytes(this.#buffer, this.#filled, bytes);
		this.#filled += bytes.length;
	}

	/** Opens the record that is complete. The content is a view of the buffer, good until `next`. */
	open(): { type: number; content: Uint8Array } {
		const buffer = this.#buffer;
		const type = buffer[0];
		let end = HEADER + this.#length!;
		if (type === CHANGE_CIPHER_SPEC || !this.isProtected) return { type, content: buffer.subarray(HEADER, end) };

		if (!this.openFragment(buffer.subarray(0, HEADER), buffer.subarray(HEADER, end))) {
			refuse("record not authentic", BAD_RECORD_MAC); // §5.2
		}
		end -= TAG;
		while (end > HEADER && buffer[end - 1] === 0) end--; // padding (§5.4)
		if (end === HEADER) refuse("record without content type", UNEXPECTED_MESSAGE);
		const innerType = buffer[end - 1];
		if (innerType < ALERT || innerType > APPLICATION_DATA) refuse("unknown record type", UNEXPECTED_MESSAGE); // §5
		if (end - HEADER > LONGEST_CONTENT + CONTENT_TYPE) refuse("record too long", RECORD_OVERFLOW); // §5.4
		return { type: innerType, content: buffer.subarray(HEADER, end - CONTENT_TYPE) };
	}

	/** Passes over the record that is complete: what was received behind it is the next one's. */
	next(): void {
		const end = HEADER + this.#length!;
		if (end < this.#filled) copyBytes(this.#buffer, 0, this.#buffer.subarray(end, this.#filled));
		this.#filled -= end;
		this.#length = undefined;
		this.#buffer = this.#ordinary; // a longer one ends with its record
	}

	/** Bytes of the longest fragment that is taken now, of at most `most`. */
	#longest(most: number): number {
		const memory = this.#enforced ? 0 : this.#memory - this.#held;
		return Math.max(this.#ordinary.length - HEADER, Math.min(memory, most));
	}

	/** The length of a fragment, for which there is room then. legacy_record_version is ignored (§5.1). */
	#readHeader(): number {
		const type = this.#buffer[0];
		const length = (this.#buffer[3] << 8) | this.#buffer[4];
		if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA) refuse("unknown record type", UNEXPECTED_MESSAGE); // §5
		if (type === CHANGE_CIPHER_SPEC) {
			if (length !== 1) refuse("bad change_cipher_spec", UNEXPECTED_MESSAGE); // §5
		} else if (this.isProtected) {
			if (type !== APPLICATION_DATA) refuse("plaintext record after keys", UNEXPECTED_MESSAGE); // §5.2
			if (length > this.#longest(LONGEST_FRAGMENT)) refuse("record too long", RECORD_OVERFLOW);
			if (length < TAG) refuse("record not authentic", BAD_RECORD_MAC);
		} else {
			if (type === APPLICATION_DATA) refuse("application data before Finished", UNEXPECTED_MESSAGE); // §5.1
			if (length > this.#longest(LONGEST_CONTENT)) refuse("record too long", RECORD_OVERFLOW); // §5.1
			if (length === 0) refuse("empty record", UNEXPECTED_MESSAGE); // §5.1
		}
		if (HEADER + length > this.#buffer.length) {
			const longer = new Uint8Array(HEADER + length);
			copyBytes(longer, 0, this.#buffer.subarray(0, this.#filled));
			this.#buffer = longer;
		}
		return length;
	}
}

/** Makes records. */
export class RecordWriter extends Direction {
	/** One record, ready to be sent. `version` 0x0301 is for the first ClientHello alone (§5.1). */
	write(type: number, content: Uint8Array, version = 0x0303): Uint8Array {
		const isProtected = this.isProtected && type !== CHANGE_CIPHER_SPEC;
		const length = content.length + (isProtected ? CONTENT_TYPE + TAG : 0);
		const record = new Uint8Array(HEADER + length);
		record[0] = isProtected ? APPLICATION_DATA : type;
		record[1] = version >> 8;
		record[2] = version;
		record[3] = length >> 8;
		record[4] = length;
		copyBytes(record, HEADER, content);
		if (isProtected) {
			record[HEADER + content.length] = type;
			this.sealFragment(record.subarray(0, HEADER), record.subarray(HEADER));
		}
		return record;
	}
}
