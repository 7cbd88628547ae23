// HTTP/1.1 (RFC 9112), as much as one GET and one bounded response need: a request's text, and a reader that takes the
// response's bytes in any pieces. No I/O. Of header fields, those count that say what the body is; the others are passed
// over, however long they are. Left out: redirects, persistent connections, content codings, trailers' meaning.

import { ascii } from "./bytes.js";
import { DecodeError } from "./cbor.js";
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
const BODY_FIELDS: readonly string[] = Object.freeze(["content-length", "transfer-encoding", "content-encoding"]);
const CR = 13,
	LF = 10;

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
	#line = "";
	#previous = 0; // the byte before
	#cut = false; // the line is longer than what is kept of it
	/** The header field that the next line may continue (§5.2). */
	#field: { text: string; cut: boolean } | undefined;
	#version = "";
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
					this.#readByte(bytes[offset++]);
			}
		}
		if (offset < bytes.length && this.#bodyLimit !== undefined && this.status === 200)
			refuse("data after the response");
	}

	/** The body ends here if nothing else says where it ends, because the server closed in order (§6.3). */
	end(): void {
		if (this.#state === "body until the end") this.complete = true;
	}

	#readByte(byte: number): void {
		if (byte !== LF) {
			if (this.#state !== "chunk size" && ++this.#headLength > MAXIMUM_HEAD) refuse("header too large");
			this.#previous = byte;
			if (this.#line.length < MAXIMUM_LINE) this.#line += String.fromCharCode(byte);
			else if (this.#state === "header" || this.#state === "trailer") this.#cut = true;
			else refuse("header too large");
			return;
		}
		if (this.#previous !== CR) return this.#malformed(); // §2.2: a bare LF
		const line = this.#cut ? this.#line : this.#line.slice(0, -1),
			cut = this.#cut;
		this.#line = "";
		this.#previous = 0;
		this.#cut = false;
		this.#readLine(line, cut);
	}

	#readLine(line: string, cut: boolean): void {
		switch (this.#state) {
			case "status line": {
				const match = /^HTTP\/1\.([01]) ([1-9][0-9][0-9])( [\t -~\x80-\xff]*)?$/.exec(line); // RFC 9112 §4
				if (!match) return this.#malformed();
				this.#version = match[1];
				this.status = Number(match[2]);
				this.#state = "header";
				return;
			}
			case "header":
				if (/^[\t ]/.test(line)) return this.#continueField(line, cut);
				if (this.#field) this.#readField(this.#field.text, this.#field.cut);
				this.#field = line === "" ? undefined : { text: line, cut };
				if (line === "") this.#endHead();
				return;
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

	/** §5.2: a fold stands for a space. */
	#continueField(line: string, cut: boolean): void {
		const field = this.#field ?? refuse("folded status line");
		if (field.text.length + line.length > MAXIMUM_LINE) field.cut = true;
		else field.text += line;
		field.cut ||= cut;
	}

	/** `cut`: more of it came than is kept. */
	#readField(line: string, cut: boolean): void {
		const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t -~\x80-\xff]*)$/.exec(line); // RFC 9112 §5
		if (!match) return this.#malformed();
		const value = match[2].replace(/[\t ]+$/, "");
		const name = match[1].toLowerCase();
		if (cut && BODY_FIELDS.includes(name)) refuse("header too large");
		switch (name) {
			case "content-length": {
				if (!/^[0-9]{1,9}$/.test(value)) refuse("malformed Content-Length");
				const length = Number(value);
				if (this.#contentLength !== undefined && this.#contentLength !== length) refuse("malformed Content-Length");
				this.#contentLength = length;
				return;
			}
			case "transfer-encoding":
				if (value.toLowerCase() !== "chunked" || this.#chunked || this.#version === "0")
					refuse("unsupported transfer coding");
				this.#chunked = true;
				return;
			case "content-encoding":
				if (this.status === 200 && !/^(identity)?$/i.test(value)) refuse("unsupported content coding");
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

function refuse(reason: HttpReason): never {
	throw new DecodeError(reason);
}
