import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../../firmware/bytes.js";
import { AlertError } from "../../../firmware/tls/alert.js";
import {
	ALERT,
	APPLICATION_DATA,
	CHANGE_CIPHER_SPEC,
	CIPHER_SUITES,
	HANDSHAKE,
	LONGEST_FRAGMENT,
	OVERHEAD,
	RecordReader,
	RecordWriter,
} from "../../../firmware/tls/record.js";
import { fromHex, toHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";

const secret = new Uint8Array(32).fill(3);

function pair(suite = CIPHER_SUITES[0], limit = 512, longest = 0): { reader: RecordReader; writer: RecordWriter } {
	const reader = new RecordReader(limit, longest),
		writer = new RecordWriter();
	reader.protect(suite, secret);
	writer.protect(suite, secret);
	return { reader, writer };
}

function receive(reader: RecordReader, record: Uint8Array): { type: number; content: Uint8Array } {
	for (let offset = 0; offset < record.length; ) {
		assert.not(reader.hasRecord());
		const part = record.subarray(offset, offset + reader.wanted);
		reader.receive(part);
		offset += part.length;
	}
	assert.ok(reader.hasRecord());
	return reader.open();
}

function header(type: number, length: number): Uint8Array {
	return Uint8Array.of(type, 3, 3, length >> 8, length & 0xff);
}

/** Whether the header of a record alone is refused. */
function headed(reader: RecordReader, bytes: Uint8Array): void {
	reader.receive(bytes);
	assert.not(reader.hasRecord());
}

test("what is written is read, with both suites, up to the limit", () => {
	for (const suite of CIPHER_SUITES) {
		const { reader, writer } = pair(suite);
		for (const length of [0, 1, 15, 16, 17, 64, 511, 512]) {
			const text = new Uint8Array(length).fill(length & 0xff);
			const record = writer.write(APPLICATION_DATA, text);
			assert.is(record.length, length + OVERHEAD);
			const { type, content } = receive(reader, record);
			assert.is(type, APPLICATION_DATA);
			assert.is(toHex(content), toHex(text));
			reader.next();
		}
	}
});

test("before keys records are in plaintext, in any version", () => {
	const reader = new RecordReader(512, 0),
		writer = new RecordWriter();
	assert.is(toHex(writer.write(HANDSHAKE, fromHex("0102"), 0x0301)), "16030100020102");
	assert.equal(receive(reader, fromHex("160301000101")).type, HANDSHAKE);
	reader.next();
	assert.equal(receive(reader, fromHex("150202000101")).type, ALERT);
});

test("change_cipher_spec is never protected", () => {
	const { reader, writer } = pair();
	const record = writer.write(CHANGE_CIPHER_SPEC, Uint8Array.of(1));
	assert.is(toHex(record), "140303000101");
	assert.equal([...receive(reader, record).content], [1]);
});

test("a record that is too long is refused at its header, before a byte of it is taken", () => {
	const plain = new RecordReader(512, 0),
		{ reader } = pair();
	refusedAs(AlertError, "record too long", () => headed(plain, header(HANDSHAKE, 512 + 18)));
	refusedAs(AlertError, "record too long", () => headed(reader, header(APPLICATION_DATA, 512 + 18)));
	headed(pair().reader, header(APPLICATION_DATA, 512 + 17));
	headed(new RecordReader(512, 0), header(HANDSHAKE, 512));
});

test("a longer record than was asked for is taken up to the board's limit, until the server agrees to short ones", () => {
	const { reader, writer } = pair(CIPHER_SUITES[0], 512, LONGEST_FRAGMENT);
	for (const length of [513, 5_000, 2 ** 14, 1]) {
		const { content } = receive(reader, writer.write(APPLICATION_DATA, new Uint8Array(length).fill(7)));
		assert.is(content.length, length);
		assert.ok(content.every(byte => byte === 7));
		reader.next();
	}
	const tooLong = pair(CIPHER_SUITES[0], 512, LONGEST_FRAGMENT);
	const record = tooLong.writer.write(APPLICATION_DATA, new Uint8Array(2 ** 14 + 1));
	refusedAs(AlertError, "record too long", () => receive(tooLong.reader, record)); // RFC 9846 §5.4
	refusedAs(AlertError, "record too long", () =>
		headed(pair(CIPHER_SUITES[0], 512, 10 ** 6).reader, header(APPLICATION_DATA, LONGEST_FRAGMENT + 1)),
	);
	refusedAs(AlertError, "record too long", () =>
		headed(pair(CIPHER_SUITES[0], 512, 2_000).reader, header(APPLICATION_DATA, 2_001)),
	);
	refusedAs(AlertError, "record too long", () =>
		headed(new RecordReader(512, 10 ** 6), header(HANDSHAKE, 2 ** 14 + 1)),
	);
	reader.enforce();
	refusedAs(AlertError, "record too long", () => headed(reader, header(APPLICATION_DATA, 512 + 18)));
});

test("a longer record and an incomplete message share the board's memory", () => {
	const longRecord = (reader: RecordReader, length: number) => {
		headed(reader, header(APPLICATION_DATA, length));
		return reader;
	};
	const { reader } = pair(CIPHER_SUITES[0], 512, 5_000);
	longRecord(reader, 3_000).hold(2_000);
	refusedAs(AlertError, "message too long", () => reader.hold(2_001));
	const holding = () => {
		const { reader } = pair(CIPHER_SUITES[0], 512, 5_000);
		reader.hold(4_000); // beside an ordinary record there may be any
		return reader;
	};
	longRecord(holding(), 1_000);
	refusedAs(AlertError, "record too long", () => longRecord(holding(), 1_001));
	const full = pair(CIPHER_SUITES[0], 512, 0).reader;
	full.hold(10_240);
	longRecord(full, 512 + 17); // as long as was asked for
	const free = holding();
	free.hold(0);
	longRecord(free, 5_000);
});

test("records that come together are given one after the other, in pieces of any size", () => {
	for (let piece = 1; piece < 100; piece++) {
		const { reader, writer } = pair(CIPHER_SUITES[0], 512, LONGEST_FRAGMENT);
		const lengths = [3, 0, 512, 1, 700, 2]; // the fifth has a buffer of its own
		const records = concatenate(...lengths.map(n => writer.write(APPLICATION_DATA, new Uint8Array(n).fill(n))));
		const given: number[] = [];
		for (let offset = 0; offset < records.length; ) {
			assert.ok(reader.wanted > 0);
			const part = records.subarray(offset, offset + Math.min(piece, reader.wanted));
			reader.receive(part);
			offset += part.length;
			while (reader.hasRecord()) {
				const { content } = reader.open();
				assert.ok(content.every(byte => byte === (content.length & 0xff)));
				given.push(content.length);
				reader.next();
			}
		}
		assert.equal(given, lengths);
		assert.not(reader.hasBegun);
	}
});

test("the key is changed between two records that come together", () => {
	const { reader, writer } = pair();
	const next = new Uint8Array(32).fill(4);
	const first = writer.write(HANDSHAKE, Uint8Array.of(1));
	writer.protect(CIPHER_SUITES[0], next);
	reader.receive(concatenate(first, writer.write(APPLICATION_DATA, Uint8Array.of(2))));
	assert.ok(reader.hasRecord());
	assert.equal([...reader.open().content], [1]);
	reader.next();
	reader.protect(CIPHER_SUITES[0], next);
	assert.ok(reader.hasRecord());
	assert.equal([...reader.open().content], [2]);
});

test("a wiped reader and writer have no key", () => {
	const { reader, writer } = pair();
	const record = writer.write(APPLICATION_DATA, Uint8Array.of(1));
	reader.wipe();
	refusedAs(AlertError, "record not authentic", () => receive(reader, record));
	writer.wipeKey();
	const other = writer.write(APPLICATION_DATA, Uint8Array.of(1));
	refusedAs(AlertError, "record not authentic", () => receive(pair().reader, other));
});

test("what may not stand at that place is refused at its header", () => {
	for (const [protect, type, length, reason] of [
		[false, 19, 1, "unknown record type"],
		[false, 24, 1, "unknown record type"],
		[false, APPLICATION_DATA, 1, "application data before Finished"],
		[false, HANDSHAKE, 0, "empty record"],
		[false, CHANGE_CIPHER_SPEC, 2, "bad change_cipher_spec"],
		[false, CHANGE_CIPHER_SPEC, 0, "bad change_cipher_spec"],
		[true, HANDSHAKE, 30, "plaintext record after keys"],
		[true, ALERT, 2, "plaintext record after keys"],
		[true, APPLICATION_DATA, 15, "record not authentic"],
	] as const) {
		const reader = protect ? pair().reader : new RecordReader(512, 0);
		refusedAs(AlertError, reason, () => headed(reader, header(type, length)));
	}
});

test("no changed bit of a record is authentic", () => {
	const record = pair().writer.write(HANDSHAKE, fromHex("00112233"));
	for (let bit = 0; bit < record.length * 8; bit++) {
		if (bit >> 3 === 3 || bit >> 3 === 4) continue; // the length
		const changed = record.slice();
		changed[bit >> 3] ^= 1 << (bit & 7);
		assert.throws(
			() => receive(pair().reader, changed),
			(error: any) => error instanceof AlertError,
			`bit ${bit}`,
		);
	}
});

test("records out of their order are not authentic", () => {
	const { reader, writer } = pair();
	writer.write(HANDSHAKE, Uint8Array.of(1));
	refusedAs(AlertError, "record not authentic", () => receive(reader, writer.write(HANDSHAKE, Uint8Array.of(2))));
});

test("a key protects no more records than its suite allows, in either direction", () => {
	const suite = { ...CIPHER_SUITES[0], maximumRecords: 2 };
	const { reader, writer } = pair(suite);
	for (const left of [1, 0]) {
		receive(reader, writer.write(HANDSHAKE, Uint8Array.of(1)));
		reader.next();
		assert.equal([writer.left, reader.left], [left, left]);
	}
	refusedAs(AlertError, "too many records under one key", () => writer.write(HANDSHAKE, Uint8Array.of(1)));
	const third = new Uint8Array(OVERHEAD);
	third.set(header(APPLICATION_DATA, OVERHEAD - 5));
	refusedAs(AlertError, "too many records under one key", () => receive(reader, third));
});

test("a record that is as long as was asked for needs no memory of its own", () => {
	const { reader, writer } = pair();
	const buffers = [512, 1].map(length => {
		const { buffer } = receive(reader, writer.write(APPLICATION_DATA, new Uint8Array(length))).content;
		reader.next();
		return buffer;
	});
	assert.is(buffers[0], buffers[1]);
});

test.run();
