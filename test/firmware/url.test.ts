import { test } from "uvu";
import * as assert from "uvu/assert";
import { DecodeError } from "../../firmware/cbor.js";
import { isIPv4, parseURL, type UrlReason } from "../../firmware/url.js";
import { refusedAs } from "../refusal.js";

function refused(text: string, reason: UrlReason) {
	refusedAs(DecodeError, reason, () => parseURL(text));
}

test("an https URL falls into host, port and path", () => {
	assert.equal(parseURL("https://dl.example"), { scheme: "https", host: "dl.example", port: 443, path: "/" });
	assert.equal(parseURL("https://DL.Example:8443/a/b?c=d"), {
		scheme: "https",
		host: "dl.example",
		port: 8443,
		path: "/a/b?c=d",
	});
	assert.equal(parseURL("https://192.0.2.7/x"), { scheme: "https", host: "192.0.2.7", port: 443, path: "/x" });
	const longest = `${"a".repeat(63)}.b1-c.2d`;
	assert.is(parseURL(`https://${longest}/`).host, longest);
	assert.equal(parseURL("https://h?q"), { scheme: "https", host: "h", port: 443, path: "/?q" });
});

test("another scheme is refused", () => {
	for (const text of ["", "http://h/", "HTTPS://h/", "https:/h", "//h/", " https://h/"])
		refused(text, "not an https URL");
});

test("a host that no certificate could name is refused", () => {
	for (const host of [
		"",
		"-a",
		"a-",
		"a..b",
		".a",
		"a.",
		"user@h",
		"[::1]",
		"a_b",
		"ü.example",
		"1.2.3",
		"1.2.3.256",
		"01.2.3.4",
		`${"a".repeat(64)}.b`,
		`b.${"a".repeat(64)}`,
		"a.-b",
		"a-.b",
		"a.b-",
		"12",
		"a.12",
		"a b",
		"a\0",
		"",
	])
		refused(`https://${host}/`, "bad host in URL");
});

test("a port beyond 1 to 65,535 is refused", () => {
	for (const port of ["", "0", "00443", "65536", "999999", "99999999999999999999", "4a", "a4", "-1", "1:2", " 1"])
		refused(`https://h:${port}/`, "bad port in URL");
	assert.is(parseURL("https://h:65535/").port, 65_535);
	assert.is(parseURL("https://h:1?x").port, 1);
});

test("a path that a request line cannot carry is refused", () => {
	for (const path of ["/ ", "/\r\nX: y", "/ü", "?ü", "#", "/a#b", "/a b", "/\u0000", "/\x7f"])
		refused(`https://h${path}`, "bad path in URL");
});

test("more than 255 bytes are refused", () => {
	const text = `https://h/${"a".repeat(245)}`;
	assert.is(parseURL(text).path.length, 246);
	refused(`${text}a`, "URL too long");
});

test("dotted IPv4 is told from a name", () => {
	assert.ok(isIPv4("127.0.0.1") && isIPv4("255.255.255.255"));
	assert.not.ok(isIPv4("127.0.0.01") || isIPv4("1.2.3") || isIPv4("a.b.c.d") || isIPv4("256.1.1.1"));
});

test.run();
