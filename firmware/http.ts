// HTTP/1.1 (RFC 9112), as much as one GET and one bounded response need: a request's text, and a reader that takes the
// response's bytes in any pieces. No I/O. Of header fields, those count that say what the body is; the others are passed
// over, however long they are. Left out: redirects, persistent connections, content codings, trailers' meaning.

import { ascii, concatenate, copyBytes, latin1, span } from "./bytes.js";
import { DecodeError } from "./cbor.js";
import { type ByteSet, byteSet, otherThan } from "./literals.js";
import { type HttpURL, isHttps } from "./url.js";

export type HttpReason =
	| "malformed status line"
	| "malformed header"
	| "header too large"
	| "folded status line"
	| "too many informational responses"
	| "malformed Content-Length"
	| "two body lengths" // Content-Length and chunked (RFC 9112 §6.3)
	| "unsupported transfer coding" // another than chunked, or chunked in HTTP/1.0 (§6.1)
	| "unsupported content coding" // gzip, say: none was asked for (RFC 9110 §8.4)
	| "malformed chunk"
	| "response too large"
	| "data after the response";

const MAXIMUM_LINE = 2048; // bytes that are kept of a status line, a header field or a chunk's size line
const MAXIMUM_HEAD = 65_536; // bytes of all header fields, trailers included
const MAXIMUM_INFORMATIONAL = 4; // 1xx responses before the final one
const CR = 13;
const SPACE = 32;
const COLON = 58;
const SEMICOLON = 59;
const NO_LF = otherThan(byteSet("\n")),
	NO_CR = otherThan(byteSet("\r"));
const BLANK = byteSet(" ", "\t"),
	DIGIT = byteSet("0-9"),
	HEX_DIGIT = byteSet("0-9", "a-f", "A-F");
const TOKEN = byteSet(..."!#$%&'*+-.^_`|~", "0-9", "a-z", "A-Z"), // RFC 9110 §5.6.2
	TEXT = byteSet("\t", " -~", "\x80-\xff"); // §5.5

/** The bytes of a GET for `url`. `userAgent` is ASCII. */
export function getRequest(url: HttpURL, userAgent: string): Uint8Array {
	const authority = url.port === (isHttps(url) ? 443 : 80) ? url.host : `${url.host}:${url.port}`;
	return ascii(
		`GET ${url.path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: ${userAgent}\r\nConnection: close\r\n\r\n`,
	);
}

/** Reads one final response. Every method throws DecodeError<HttpReason>. */
export class ResponseReader {
	/** Of the final response, once its status line was read. */
	status = 0;
	/** All that is wanted was read. */
	complete = false;
	readonly #bodyLimit: number | undefined;
	#state: "status line" | "header" | "body" | "chunk size" | "chunk" | "chunk end" | "trailer" | "body until the end" =
		"status line";
	/** The line so far, up to MAXIMUM_LINE bytes. */
	#begun: Uint8Array | undefined;
	#last = 0; // byte of the line so far
	/** The header field that the next line may continue (§5.2). */
	#field: Field | undefined;
	#isVersion10 = false;
	#headLength = 0;
	#informational = 0;
	#contentLength: number | undefined;
	#chunked = false;
	#body = new Uint8Array(0);
	#bodyLength = 0;
	#remaining = 0; // bytes of the body, or of this chunk

	/** `bodyLimit`: the longest body that is taken, of status 200 only; undefined: the body is of no interest. */
	constructor(bodyLimit: number | undefined) {
		this.#bodyLimit = bodyLimit;
	}

	/** The body so far. */
	get body(): Uint8Array {
		return this.#body.subarray(0, this.#bodyLength);
	}

	/** Takes the next bytes. What follows a response whose body was wanted is refused. */
	read(bytes: Uint8Array): void {
		let offset = 0;
		while (offset < bytes.length && !this.complete) {
			switch (this.#state) {
				case "body until the end":
					this.#expect(bytes.length - offset);
					offset += this.#readBody(bytes.subarray(offset));
					break;
				case "body":
				case "chunk":
					offset += this.#readBody(bytes.subarray(offset));
					break;
				default:
					offset = this.#takeLine(bytes, offset);
			}
		}
		if (offset < bytes.length && this.#bodyLimit !== undefined && this.status === 200)
			refuse("data after the response");
	}

	/** The body ends here if nothing else says where it ends, because the server closed in order (§6.3). */
	end(): void {
		if (this.#state === "body until the end") this.complete = true;
	}

	/** Takes as much of a line as there is from `start` on, its LF too. Returns where that ends. */
	#takeLine(bytes: Uint8Array, start: number): number {
		const end = span(bytes, start, NO_LF);
		if (this.#state !== "chunk size" && (this.#headLength += end - start) > MAXIMUM_HEAD) refuse("header too large");
		let line = bytes.subarray(start, end);
		if (this.#begun) line = concatenate(this.#begun, line);
		const isCut = line.length > MAXIMUM_LINE;
		if (isCut && this.#state !== "header" && this.#state !== "trailer") refuse("header too large");
		if (end > start) this.#last = bytes[end - 1];
		if (end === bytes.length) {
			this.#begun = line.slice(0, MAXIMUM_LINE + 1);
			return end;
		}
		if (this.#last !== CR) this.#malformed(); // §2.2: a bare LF
		this.#begun = undefined;
		this.#last = 0;
		this.#readLine(line.subarray(0, isCut ? MAXIMUM_LINE : -1), isCut);
		return end + 1;
	}

	#readLine(line: Uint8Array, isCut: boolean): void {
		switch (this.#state) {
			case "status line":
				return this.#readStatus(line);
			case "header":
				if (span(line, 0, BLANK) > 0) return this.#continueField(line, isCut);
				this.#endField();
				return line.length > 0 ? this.#readField(line, isCut) : this.#endHead();
			case "chunk size":
				return this.#startChunk(line);
			case "chunk end":
				if (line.length > 0) this.#malformed();
				this.#state = "chunk size";
				return;
			case "trailer":
				if (line.length === 0) this.complete = true;
				return;
		}
	}

	/** RFC 9112 §4: `HTTP/1.1 200` and, after a space, whatever the server says of it. */
	#readStatus(line: Uint8Array): void {
		const version = latin1(line, 0, Math.min(9, line.length));
		this.#isVersion10 = version === "HTTP/1.0 ";
		if (!this.#isVersion10 && version !== "HTTP/1.1 ") this.#malformed();
		if (line.length < 12 || span(line, 9, DIGIT) !== 12) this.#malformed();
		this.status = Number(latin1(line, 9, 12));
		if (this.status < 100 || (line.length > 12 && line[12] !== SPACE) || !isAll(line, 12, TEXT)) this.#malformed();
		this.#state = "header";
	}

	/** §5. Kept are the values of those fields alone that say what the body is. */
	#readField(line: Uint8Array, isCut: boolean): void {
		const colon = span(line, 0, TOKEN);
		if (colon === 0 || line[colon] !== COLON || !isAll(line, colon + 1, TEXT)) this.#malformed();
		const name = latin1(line, 0, colon).toLowerCase();
		const value = isBodyField(name) ? concatenate(line.subarray(colon + 1)) : undefined;
		this.#field = { name, value, length: line.length, isCut };
	}

	/** §5.2: a fold stands for a space. */
	#continueField(line: Uint8Array, isCut: boolean): void {
		const field = this.#field ?? refuse("folded status line");
		field.isCut ||= isCut || field.length + line.length > MAXIMUM_LINE;
		if (field.isCut) return;
		if (!isAll(line, 0, TEXT)) this.#malformed();
		field.length += line.length;
		if (field.value) field.value = concatenate(field.value, line);
	}

	/** The field is complete: acts on what it says. */
	#endField(): void {
		const { name, value, isCut } = this.#field ?? {};
		this.#field = undefined;
		if (!value) return;
		if (isCut) refuse("header too large");
		const text = trimmed(value);
		switch (name) {
			case "content-length": {
				if (text.length === 0 || text.length > 9 || !isAll(text, 0, DIGIT)) refuse("malformed Content-Length");
				const length = Number(latin1(text));
				if (this.#contentLength !== undefined && this.#contentLength !== length) refuse("malformed Content-Length");
				this.#contentLength = length;
				return;
			}
			case "transfer-encoding":
				if (latin1(text).toLowerCase() !== "chunked" || this.#chunked || this.#isVersion10)
					refuse("unsupported transfer coding");
				this.#chunked = true;
				return;
			case "content-encoding":
				if (this.status === 200 && !["", "identity"].includes(latin1(text).toLowerCase()))
					refuse("unsupported content coding");
				return;
		}
	}

	#endHead(): void {
		if (this.status < 200) return this.#startOver(); // RFC 9110 §15.2
		if (this.#bodyLimit === undefined || this.status !== 200) {
			this.complete = true;
			return;
		}
		if (this.#chunked && this.#contentLength !== undefined) refuse("two body lengths");
		if (this.#chunked) {
			this.#state = "chunk size";
			return;
		}
		if (this.#contentLength === undefined) {
			this.#state = "body until the end";
			return;
		}
		this.#expect(this.#contentLength!);
		this.#state = "body";
		if (this.#remaining === 0) this.complete = true;
	}

	#startOver(): void {
		if (this.status === 101 || ++this.#informational > MAXIMUM_INFORMATIONAL)
			refuse("too many informational responses");
		this.#state = "status line";
		this.#contentLength = undefined;
		this.#chunked = false;
	}

	/** §7.1: a hexadecimal number, and perhaps extensions after a semicolon. */
	#startChunk(line: Uint8Array): void {
		const digits = span(line, 0, HEX_DIGIT);
		const end = span(line, digits, BLANK);
		if (digits === 0 || digits > 8) this.#malformed();
		if (end < line.length && (line[end] !== SEMICOLON || !isAll(line, end, NO_CR))) this.#malformed();
		this.#expect(parseInt(latin1(line, 0, digits), 16));
		this.#state = this.#remaining === 0 ? "trailer" : "chunk";
	}

	/** Makes room for `length` more bytes of body. */
	#expect(length: number): void {
		if (this.#bodyLength + length > this.#bodyLimit!) refuse("response too large");
		this.#remaining = length;
		const body = new Uint8Array(this.#bodyLength + length);
		copyBytes(body, 0, this.body);
		this.#body = body;
	}

	#readBody(bytes: Uint8Array): number {
		const taken = Math.min(this.#remaining, bytes.length);
		copyBytes(this.#body, this.#bodyLength, bytes.subarray(0, taken));
		this.#bodyLength += taken;
		this.#remaining -= taken;
		if (this.#remaining > 0) return taken;
		if (this.#state === "chunk") this.#state = "chunk end";
		else if (this.#state === "body") this.complete = true;
		return taken;
	}

	#malformed(): never {
		switch (this.#state) {
			case "status line":
				return refuse("malformed status line");
			case "header":
			case "trailer":
				return refuse("malformed header");
			default:
				return refuse("malformed chunk");
		}
	}
}

/** A header field, or its part that has been received. */
interface Field {
	name: string; // in lower case
	value: Uint8Array | undefined; // of what says what the body is
	length: number; // bytes of its lines that are kept
	isCut: boolean; // more came than is kept
}

function isBodyField(name: string): boolean {
	return name === "content-length" || name === "transfer-encoding" || name === "content-encoding";
}

function isAll(bytes: Uint8Array, start: number, set: ByteSet): boolean {
	return span(bytes, start, set) === bytes.length;
}

/** Without blanks at both ends (RFC 9110 §5.6.3). */
function trimmed(value: Uint8Array): Uint8Array {
	let end = value.length;
	while (end > 0 && span(value, end - 1, BLANK) >= end) end--;
	return value.subarray(Math.min(span(value, 0, BLANK), end), end);
}

function refuse(reason: HttpReason): never {
	throw new DecodeError(reason);
}
