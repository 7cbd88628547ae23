// What a front reads of a ClientHello (RFC 9846 §4.2.2): the names in `certificate_authorities` (§4.3.4), as they stand.
// Nothing is judged here: whatever cannot be read names nobody, and the server behind the front answers it.

const HANDSHAKE = 22; // ContentType
const CLIENT_HELLO = 1; // HandshakeType
const CERTIFICATE_AUTHORITIES = 47; // ExtensionType

/** The longest ClientHello that is waited for. Browsers' have some 2,000 bytes, with post-quantum shares. */
export const LONGEST_HELLO = 32_768; // bytes, headers of records included

/**
 * The distinguished names (DER) that the client's first bytes name; none if it names none, or does not speak TLS.
 * Undefined: more bytes are needed.
 */
export function namedAuthorities(bytes: Buffer): Buffer[] | undefined {
	const hello = gatherHello(bytes);
	if (hello === "incomplete") return bytes.length < LONGEST_HELLO ? undefined : [];
	return hello ? readAuthorities(hello) : [];
}

/** The body of the ClientHello, which may be split over records; undefined: it is none. */
function gatherHello(bytes: Buffer): Buffer | undefined | "incomplete" {
	let content = Buffer.alloc(0);
	for (let offset = 0; ; ) {
		if (content.length > 0 && content[0] !== CLIENT_HELLO) return undefined;
		if (content.length >= 4) {
			const length = content.readUIntBE(1, 3);
			if (length > LONGEST_HELLO) return undefined;
			if (content.length >= 4 + length) return content.subarray(4, 4 + length);
		}
		if (bytes.length > offset && bytes[offset] !== HANDSHAKE) return undefined;
		if (bytes.length < offset + 5) return "incomplete";
		const length = bytes.readUInt16BE(offset + 3);
		if (length === 0) return undefined;
		content = Buffer.concat([content, bytes.subarray(offset + 5, offset + 5 + length)]);
		offset += 5 + length;
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
