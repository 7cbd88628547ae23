import { randomBytes } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { writeClientHello } from "../../../firmware/tls/handshake.js";
import { GROUPS } from "../../../firmware/tls/key-exchange.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { handshakeSchemes } from "../../../firmware/x509/signature-algorithm.js";
import { HelloReader, LONGEST_HELLO } from "../../../host/front/client-hello.js";
import { record } from "../tls/reference-server.js";

const names = [Buffer.from("300c310a300806035504030c0141", "hex"), Buffer.from("300c310a300806035504030c0142", "hex")];
function hello(authorities = names): Buffer {
	return Buffer.from(
		writeClientHello({
			random: randomBytes(32),
			sessionId: randomBytes(32),
			suites: CIPHER_SUITES,
			hostName: "service.example",
			fragmentLength: 512,
			groups: GROUPS,
			keyShare: { group: GROUPS[0], share: randomBytes(32) },
			schemes: handshakeSchemes([]),
			authorities,
			cookie: undefined,
		}),
	);
}

function namedAuthorities(bytes: Uint8Array): Buffer[] | undefined {
	return new HelloReader().read(bytes);
}

test("the names are read as they stand, and more bytes are awaited until they are there", () => {
	const whole = record(22, hello());
	for (let length = 0; length < whole.length; length++)
		assert.is(namedAuthorities(whole.subarray(0, length)), undefined, String(length));
	assert.equal(namedAuthorities(whole), names);
	assert.equal(namedAuthorities(Buffer.concat([whole, randomBytes(9)])), names);
	assert.equal(namedAuthorities(record(22, hello([]))), []);
});

test("a ClientHello may be split over records, in any way", () => {
	const message = hello();
	for (const size of [1, 3, 50, message.length - 1]) {
		const parts: Buffer[] = [];
		for (let i = 0; i < message.length; i += size) parts.push(record(22, message.subarray(i, i + size)));
		assert.equal(namedAuthorities(Buffer.concat(parts)), names, String(size));
	}
});

test("a byte at a time, in records of a byte, costs no more than its bytes", () => {
	const message = Buffer.concat([Buffer.of(1, 0, 0x7f, 0), Buffer.alloc(0x7f00)]);
	const dripped = Buffer.concat([...message].map(byte => record(22, Buffer.of(byte))));
	const reader = new HelloReader();
	let taken = 0;
	while (taken < dripped.length && !reader.read(dripped.subarray(taken, taken + 1))) taken++;
	assert.is(taken, LONGEST_HELLO - 1); // as much as is waited for: read anew at each byte, it would be five hundred million
	assert.equal(reader.received, dripped.subarray(0, LONGEST_HELLO));
	assert.equal(reader.read(Buffer.of(9)), []); // what follows changes nothing
});

test("what is no ClientHello names nobody, at its first byte", () => {
	for (const bytes of ["GET / HTTP/1.1", "SSH-2.0", "\x17\x03\x03"])
		assert.equal(namedAuthorities(Buffer.from(bytes)), []);
	assert.equal(namedAuthorities(record(22, Buffer.from([2, 0, 0, 1, 0]))), []); // ServerHello
	assert.equal(namedAuthorities(Buffer.of(22, 3, 1, 0, 0)), []); // an empty record
	assert.equal(namedAuthorities(record(22, Buffer.from([1, 255, 255, 255]))), []); // longer than any
});

test("no changed byte and no random bytes are more than a list of names", () => {
	const whole = record(22, hello());
	for (let i = 0; i < whole.length; i++) {
		const changed = Buffer.from(whole);
		changed[i] ^= 0xff;
		const found = namedAuthorities(changed);
		assert.ok(found === undefined || Array.isArray(found));
	}
	for (let i = 0; i < 200; i++) namedAuthorities(randomBytes(i));
	assert.equal(namedAuthorities(Buffer.concat([Buffer.of(22, 3, 1, 255, 255), Buffer.alloc(LONGEST_HELLO, 1)])), []);
});

test.run();
