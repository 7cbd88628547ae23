import { test } from "uvu";
import * as assert from "uvu/assert";
import { ascii } from "../../firmware/bytes.js";
import { DecodeError } from "../../firmware/cbor.js";
import { getRequest, type HttpReason, ResponseReader } from "../../firmware/http.js";
import { refusedAs } from "../refusal.js";

function latin1(text: string) {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}
function textOf(bytes: Uint8Array) {
	return String.fromCharCode(...bytes);
}

/** Reads a whole response in pieces of `size` bytes. */
function read(text: string, bodyLimit: number | "no body" = 1024, size = text.length): ResponseReader {
	const reader = new ResponseReader(bodyLimit === "no body" ? undefined : bodyLimit);
	const bytes = latin1(text);
	for (let offset = 0; offset < bytes.length; offset += size) reader.read(bytes.subarray(offset, offset + size));
	return reader;
}
function refused(text: string, reason: HttpReason) {
	refusedAs(DecodeError, reason, () => read(text));
}

test("a request names its host, with the port unless it is 443", () => {
	assert.is(
		textOf(getRequest({ scheme: "https", host: "dl.example", port: 443, path: "/a?b" }, "baton/1 (1,-)")),
		"GET /a?b HTTP/1.1\r\nHost: dl.example\r\nUser-Agent: baton/1 (1,-)\r\nConnection: close\r\n\r\n",
	);
	assert.match(textOf(getRequest({ scheme: "https", host: "h", port: 8443, path: "/" }, "x")), /\r\nHost: h:8443\r\n/);
});

test("a response is read in any pieces", () => {
	const text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer:  x \r\n\r\nhello";
	for (let size = 1; size <= text.length; size++) {
		const reader = read(text, 1024, size);
		assert.ok(reader.complete);
		assert.is(reader.status, 200);
		assert.is(textOf(reader.body), "hello");
	}
});

test("a chunked response is read in any pieces", () => {
	const text =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n";
	for (let size = 1; size <= text.length; size++) {
		const reader = read(text, 1024, size);
		assert.ok(reader.complete);
		assert.is(textOf(reader.body), "hello");
	}
});

test("a response that is cut short is not complete", () => {
	for (const text of [
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n\r\n",
	])
		for (let length = 0; length < text.length; length++)
			assert.not.ok(read(text.slice(0, length)).complete, text.slice(0, length));
});

test("an empty body is complete with the head", () => {
	assert.ok(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").complete);
});

test("of another status, or where no body is wanted, only the head is read", () => {
	assert.ok(read("HTTP/1.1 404 Not Found\r\nContent-Length: 99999\r\n\r\n").complete);
	assert.is(read("HTTP/1.1 301 \r\nLocation: https://x/\r\n\r\n").status, 301);
	assert.ok(read("HTTP/1.0 200 OK\r\n\r\nwhatever comes", "no body").complete);
	assert.is(read("HTTP/1.1 503\r\n\r\n").status, 503);
});

test("informational responses are passed over, four at most", () => {
	const early = "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nLink: x\r\n\r\n";
	const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	assert.is(textOf(read(early.repeat(4) + final).body), "ok");
	refused(early.repeat(5) + final, "too many informational responses");
	refused(`HTTP/1.1 101 Switching Protocols\r\n\r\n${final}`, "too many informational responses");
});

test("a body over the limit is refused before it is taken", () => {
	refused("HTTP/1.1 200 OK\r\nContent-Length: 1025\r\n\r\n", "response too large");
	refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n401\r\n", "response too large");
	refused(
		`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n${"x".repeat(512)}\r\n201\r\n`,
		"response too large",
	);
	assert.is(read(`HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n${"x".repeat(1024)}`).body.length, 1024);
});

test("what a status line may not be is refused", () => {
	for (const line of [
		"",
		"HTTP/2 200 OK",
		"HTTP/1.1 20 OK",
		"HTTP/1.1 099 x",
		"HTTP/1.1  200 OK",
		"ICY 200 OK",
		"HTTP/1.1 200\u0000",
		"SSH-2.0-x",
	])
		refused(`${line}\r\n\r\n`, "malformed status line");
	refused("HTTP/1.1 200 OK\nContent-Length: 0\n\n", "malformed status line"); // bare line feeds, RFC 9112 §2.2
});

test("what a header field may not be is refused", () => {
	for (const line of ["no colon", "Space : x", ": x", "Nul: \u0000", "Bare: a\rb"])
		refused(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`, "malformed header");
});

test("a length that two readers could understand differently is refused (RFC 9112 §6.3)", () => {
	const head = "HTTP/1.1 200 OK\r\n";
	refused(`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, "two body lengths");
	refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "unsupported transfer coding");
	refused(`${head}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n`, "unsupported content coding");
	assert.ok(read(`${head}Content-Encoding: identity\r\nContent-Length: 0\r\n\r\n`).complete);
	refused(`${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n`, "malformed Content-Length");
	for (const length of ["", "+2", "2,2", "-1", "0x2", "2 2", "99999999999"])
		refused(`${head}Content-Length: ${length}\r\n\r\n`, "malformed Content-Length");
	refused(`${head}Transfer-Encoding: gzip, chunked\r\n\r\n`, "unsupported transfer coding");
	refused(`${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, "unsupported transfer coding");
	assert.is(textOf(read(`${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`).body), "ok");
});

test("a body without a length ends with the connection, in order (RFC 9112 §6.3)", () => {
	const text = "HTTP/1.0 200 OK\r\nServer: s_server\r\n\r\nhello";
	for (let size = 1; size <= text.length; size++) {
		const reader = read(text, 5, size);
		assert.not.ok(reader.complete);
		reader.end();
		assert.ok(reader.complete);
		assert.is(textOf(reader.body), "hello");
	}
	refusedAs(DecodeError, "response too large", () => read(text, 4));
	const counted = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
	counted.end();
	assert.not.ok(counted.complete);
});

test("fields that do not matter are passed over, of any length up to 64 KB together", () => {
	const policy = `Content-Security-Policy: ${"default-src 'self'; ".repeat(500)}\r\n`;
	assert.is(textOf(read(`HTTP/1.1 200 OK\r\n${policy}Content-Length: 2\r\n\r\nok`).body), "ok");
	assert.is(textOf(read(`HTTP/1.1 200 OK\r\n${policy.repeat(6)}Content-Length: 2\r\n\r\nok`).body), "ok");
	refused(`HTTP/1.1 200 OK\r\nContent-Length: 2${" ".repeat(3000)}\r\n\r\nok`, "header too large");
	refused(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(3000)}\n\r\n`, "malformed header"); // a bare line feed
});

test("a folded line continues the one before (RFC 9112 §5.2)", () => {
	assert.is(textOf(read("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nContent-Length:\r\n 2\r\n\r\nok").body), "ok");
	assert.is(textOf(read("HTTP/1.1 200 OK\r\nContent-Length:\t 2 \t \r\n \r\n\r\nok").body), "ok");
	const long = `X: ${"x".repeat(3000)}\r\n \x01\r\n`; // of a field that is too long the rest is not looked at
	assert.is(textOf(read(`HTTP/1.1 200 OK\r\n${long}Content-Length: 2\r\n\r\nok`).body), "ok");
	refused("HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", "folded status line");
	refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n 3\r\n\r\nok", "malformed Content-Length");
});

test("what a chunk may not be is refused", () => {
	const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	for (const chunk of ["\r\n", "x\r\n", "-1\r\n", "1ffffffff\r\n", "2\r\nabc\r\n", "2\r\nab\n"])
		refused(head + chunk, "malformed chunk");
});

test("heads, lines and trailers are bounded", () => {
	refused(`HTTP/1.1 200 ${"x".repeat(3000)}`, "header too large");
	refused(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`, "header too large");
	refused(`HTTP/1.1 200 OK\r\n${`X: ${"x".repeat(1000)}\r\n`.repeat(70)}\r\n`, "header too large");
	const trailers = `0\r\n${`X: ${"x".repeat(1000)}\r\n`.repeat(70)}\r\n`;
	refused(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${trailers}`, "header too large");
});

test("bytes after a wanted response are refused", () => {
	refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", "data after the response");
});

test("a request that is not ASCII is our mistake", () => {
	assert.throws(() => getRequest({ scheme: "https", host: "h", port: 443, path: "/" }, "ü"), /expected ASCII/);
	assert.is(ascii("a").length, 1);
});

test.run();
