// What a front reads of a ClientHello (RFC 9846 §4.2.2): the names in `certificate_authorities` (§4.3.4), as they stand.
// Nothing is judged here: whatever cannot be read names nobody, and the server behind the front answers it.

const HANDSHAKE = 22; // ContentType
const CLIENT_HELLO = 1; // HandshakeType
const CERTIFICATE_AUTHORITIES = 47; // ExtensionType

/** The longest ClientHello that is waited for. Browsers' have some 2,000 bytes, with post-quantum shares. */
export const LONGEST_HELLO = 32_768; // bytes, headers of records included

/**
 * Gathers a ClientHello from the client's first bytes, in whatever pieces and records they come: a byte at a time costs
 * no more than all at once.
 */
export class HelloReader {
	readonly #received = new GrowingBytes();
	readonly #header = Buffer.alloc(5); // of the record at hand
	#inHeader = 0; // bytes of it
	#left = 0; // bytes of the record's fragment
	readonly #message = new GrowingBytes();
	#authorities: Buffer[] | undefined;

	/** All that was read, to be passed on. */
	get received(): Buffer {
		return this.#received.bytes;
	}

	/**
	 * Takes the next bytes. Gives the distinguished names (DER) that the client names, none if it names none or does not
	 * speak TLS; undefined: more bytes are needed.
	 */
	read(bytes: Uint8Array): Buffer[] | undefined {
		this.#received.append(bytes);
		for (let i = 0; i < bytes.length && !this.#authorities; i++) this.#authorities = this.#readByte(bytes[i]);
		if (this.#received.bytes.length >= LONGEST_HELLO) this.#authorities ??= [];
		return this.#authorities;
	}

	#readByte(byte: number): Buffer[] | undefined {
		if (this.#left === 0) {
			this.#header[this.#inHeader++] = byte;
			if (this.#header[0] !== HANDSHAKE) return [];
			if (this.#inHeader < this.#header.length) return undefined;
			this.#inHeader = 0;
			this.#left = this.#header.readUInt16BE(3);
			return this.#left === 0 ? [] : undefined;
		}
		this.#left--;
		this.#message.append(Buffer.of(byte));
		const message = this.#message.bytes;
		if (message[0] !== CLIENT_HELLO) return [];
		if (message.length < 4) return undefined;
		const end = 4 + message.readUIntBE(1, 3);
		if (end > LONGEST_HELLO) return [];
		return message.length === end ? readAuthorities(message.subarray(4)) : undefined;
	}
}

/** Bytes that become more, by one copy for each doubling. */
class GrowingBytes {
	#room = Buffer.alloc(512);
	#length = 0;

	get bytes(): Buffer {
		return this.#room.subarray(0, this.#length);
	}

	append(bytes: Uint8Array): void {
		const length = this.#length + bytes.length;
		if (length > this.#room.length) this.#room = Buffer.concat([this.bytes], Math.max(2 * this.#room.length, length));
		this.#room.set(bytes, this.#length);
		this.#length = length;
	}
}

function readAuthorities(hello: Buffer): Buffer[] {
	try {
		const fields = new Fields(hello);
		fields.take(2 + 32); // legacy_version, random
		fields.vector(1); // legacy_session_id
		fields.vector(2); // cipher_suites
		fields.vector(1); // legacy_compression_methods
		const extensions = new Fields(fields.vector(2));
		while (extensions.left > 0) {
			const type = extensions.take(2).readUInt16BE();
			const data = new Fields(extensions.vector(2));
			if (type !== CERTIFICATE_AUTHORITIES) continue;
			const names = new Fields(data.vector(2));
			const found: Buffer[] = [];
			while (names.left > 0) found.push(names.vector(2));
			return found;
		}
		return [];
	} catch (error) {
		if (error instanceof RangeError) return []; // truncated
		throw error;
	}
}

class Fields {
	readonly #bytes: Buffer;
	#offset = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	get left(): number {
		return this.#bytes.length - this.#offset;
	}

	take(length: number): Buffer {
		if (length > this.left) throw new RangeError(`expected ${length} bytes, got ${this.left}`);
		this.#offset += length;
		return this.#bytes.subarray(this.#offset - length, this.#offset);
	}

	vector(lengthBytes: 1 | 2): Buffer {
		return this.take(this.take(lengthBytes).readUIntBE(0, lengthBytes));
	}
}
