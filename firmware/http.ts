// HTTP/1.1 (RFC 9112), as much as one GET and one bounded response need: a request's text, and a reader that takes the
// response's bytes in any pieces. No I/O. Left out: redirects, persistent connections, bodies that end with the
// connection, content codings, trailers' meaning.

import { ascii, DecodeError } from "./cbor.js";
import type { HttpsURL } from "./url.js";

export type HttpReason =
	| "malformed status line"
	| "malformed header"
	| "header too large"
	| "too many informational responses"
	| "malformed Content-Length"
	| "no body length" // neither Content-Length nor chunked, or both (RFC 9112 §6.3)
	| "unsupported transfer coding"
	| "malformed chunk"
	| "response too large"
	| "data after the response";

const MAXIMUM_LINE = 2048; // bytes of a status line, a header field or a chunk's size line
const MAXIMUM_HEAD = 8192; // bytes of all header fields, trailers included
const MAXIMUM_INFORMATIONAL = 4; // 1xx responses before the final one
const CR = 13,
	LF = 10;

/** The bytes of a GET for `url`. `userAgent` is ASCII. */
export function getRequest(url: HttpsURL, userAgent: string): Uint8Array {
	const authority = url.port === 443 ? url.host : `${url.host}:${url.port}`;
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
	#state: "status line" | "header" | "body" | "chunk size" | "chunk" | "chunk end" | "trailer" = "status line";
	#line = "";
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
				case "body":
				case "chunk":
					offset += this.#readBody(bytes.subarray(offset));
					break;
				default:
					this.#readByte(bytes[offset++]);
			}
		}
		if (offset < bytes.length && this.#bodyLimit !== undefined && this.status === 200)
			refuse("data after the response");
	}

	#readByte(byte: number): void {
		if (byte !== LF) {
			if (this.#line.length >= MAXIMUM_LINE) refuse("header too large");
			this.#line += String.fromCharCode(byte);
			return;
		}
		if (this.#line.charCodeAt(this.#line.length - 1) !== CR) return this.#malformed(); // RFC 9112 §2.2: a bare LF
		const line = this.#line.slice(0, -1);
		this.#line = "";
		this.#readLine(line);
	}

	#readLine(line: string): void {
		this.#headLength += line.length + 2;
		if (this.#headLength > MAXIMUM_HEAD && this.#state !== "chunk size" && this.#state !== "chunk end")
			refuse("header too large");
		switch (this.#state) {
			case "status line": {
				const match = /^HTTP\/1\.[01] ([1-9][0-9][0-9])( [\t -~\x80-\xff]*)?$/.exec(line); // RFC 9112 §4
				if (!match) return this.#malformed();
				this.status = Number(match[1]);
				this.#state = "header";
				return;
			}
			case "header":
				return line === "" ? this.#endHead() : this.#readHeader(line);
			case "chunk size":
				return this.#startChunk(line);
			case "chunk end":
				if (line !== "") this.#malformed();
				this.#state = "chunk size";
				return;
			case "trailer":
				if (line === "") this.complete = true;
				return;
		}
	}

	#readHeader(line: string): void {
		const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t -~\x80-\xff]*)$/.exec(line); // RFC 9112 §5
		if (!match) return this.#malformed();
		const value = match[2].replace(/[\t ]+$/, "");
		switch (match[1].toLowerCase()) {
			case "content-length": {
				if (!/^[0-9]{1,9}$/.test(value)) refuse("malformed Content-Length");
				const length = Number(value);
				if (this.#contentLength !== undefined && this.#contentLength !== length) refuse("malformed Content-Length");
				this.#contentLength = length;
				return;
			}
			case "transfer-encoding":
				if (value.toLowerCase() !== "chunked" || this.#chunked) refuse("unsupported transfer coding");
				this.#chunked = true;
				return;
		}
	}

	#endHead(): void {
		if (this.status < 200) return this.#startOver(); // RFC 9110 §15.2
		if (this.#bodyLimit === undefined || this.status !== 200) {
			this.complete = true;
			return;
		}
		if (this.#chunked === (this.#contentLength !== undefined)) refuse("no body length");
		if (this.#chunked) {
			this.#state = "chunk size";
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

	#startChunk(line: string): void {
		const match = /^([0-9A-Fa-f]{1,8})[\t ]*(;.*)?$/.exec(line); // RFC 9112 §7.1
		if (!match) return this.#malformed();
		this.#expect(parseInt(match[1], 16));
		this.#state = this.#remaining === 0 ? "trailer" : "chunk";
	}

	/** Makes room for `length` more bytes of body. */
	#expect(length: number): void {
		if (this.#bodyLength + length > this.#bodyLimit!) refuse("response too large");
		this.#remaining = length;
		const body = new Uint8Array(this.#bodyLength + length);
		body.set(this.body);
		this.#body = body;
	}

	#readBody(bytes: Uint8Array): number {
		const taken = Math.min(this.#remaining, bytes.length);
		this.#body.set(bytes.subarray(0, taken), this.#bodyLength);
		this.#bodyLength += taken;
		this.#remaining -= taken;
		if (this.#remaining > 0) return taken;
		if (this.#state === "chunk") this.#state = "chunk end";
		else this.complete = true;
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

function refuse(reason: HttpReason): never {
	throw new DecodeError(reason);
}
