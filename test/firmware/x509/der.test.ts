import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { DerReader, INTEGER, OCTET_STRING, SEQUENCE } from "../../../firmware/x509/der.js";
import { fromHex, toHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";

function reader(hex: string): DerReader {
	return new DerReader(fromHex(hex));
}
function time(tag: string, text: string): number {
	let hex = tag + text.length.toString(16).padStart(2, "0");
	for (let i = 0; i < text.length; i++) hex += text.charCodeAt(i).toString(16);
	return reader(hex).time();
}

test("elements are entered and left, and nothing may be left in them", () => {
	const der = reader("3006020101020102");
	const outer = der.enter(SEQUENCE);
	assert.is(der.smallInteger(), 1);
	assert.not(der.atEnd);
	refusedAs(CertificateError, "trailing bytes", () => der.leave(outer));
	assert.is(der.smallInteger(), 2);
	der.leave(outer);
	assert.ok(der.atEnd);
	assert.is(der.tag, 0);
});

test("an element does not reach beyond the one that it is in", () => {
	const der = reader("3003020201ff");
	der.enter(SEQUENCE);
	refusedAs(CertificateError, "truncated", () => der.integer());
});

test("lengths are definite and as short as can be (X.690 §10.1)", () => {
	for (const hex of ["30800000", "308100", "30817f", "3082007f", "308200ff", "3083000100", "30830100"]) {
		refusedAs(CertificateError, "length not minimal", () => reader(hex + "00".repeat(300)).content(SEQUENCE));
	}
	assert.is(reader(`308180${"00".repeat(128)}`).content(SEQUENCE).length, 128);
	assert.is(reader(`30820100${"00".repeat(256)}`).content(SEQUENCE).length, 256);
	for (const hex of ["30", "3081", "308201", "3001", "308180", ""]) {
		refusedAs(CertificateError, "truncated", () => reader(hex).content(SEQUENCE));
	}
});

test("tags above 30 and other tags are refused", () => {
	refusedAs(CertificateError, "unexpected tag", () => reader("020101").content(OCTET_STRING));
	refusedAs(CertificateError, "unexpected tag", () => reader("1f0100").pass());
	refusedAs(CertificateError, "unexpected tag", () => reader("bf0100").content(0xbf));
});

test("integers have no byte too many, booleans two values, identifiers no leading zeros", () => {
	for (const hex of ["0200", "02020001", "0202007f", "0202ff80", "0202ffff"]) {
		refusedAs(CertificateError, "bad integer", () => reader(hex).integer());
	}
	for (const hex of ["020100", "02017f", "02020080", "020180", "0202ff7f"]) assert.ok(reader(hex).integer().length > 0);
	for (const hex of ["020180", "02020100", "0203008000"]) {
		refusedAs(CertificateError, "bad integer", () => reader(hex).smallInteger());
	}
	assert.is(reader("020200ff").smallInteger(), 255);
	assert.is(reader("0101ff").boolean(), true);
	for (const hex of ["010101", "0100", "0102ffff"])
		refusedAs(CertificateError, "bad boolean", () => reader(hex).boolean());
	for (const hex of ["0600", "06012a80", "06022a80", "0603802a01"]) {
		assert.throws(
			() => {
				const der = reader(hex);
				der.objectIdentifier();
				if (!der.atEnd) throw new CertificateError("trailing bytes");
			},
			(error: any) => error instanceof CertificateError,
		);
	}
	assert.is(toHex(reader("06032b6570").objectIdentifier()), "2b6570");
});

test("named bits may have zeros at their end, and none that is unused and set", () => {
	assert.is(reader("03020780").namedBits(), 0x80);
	assert.is(reader("0303070680").namedBits(), 0x06); // nine bits: the ninth is in the second byte
	assert.is(reader("03020080").namedBits(), 0x80);
	assert.is(reader("03020700").namedBits(), 0);
	assert.is(reader("030100").namedBits(), 0);
	for (const hex of ["0300", "030101", "03020781", "03020880", "0304000000ff"]) {
		refusedAs(CertificateError, "bad bit string", () => reader(hex).namedBits());
	}
	refusedAs(CertificateError, "bad bit string", () => reader("03020100").octets());
	refusedAs(CertificateError, "bad bit string", () => reader("0300").octets());
});

test("times are seconds since 1970, in any century, without a clock", () => {
	const [utc, general] = ["17", "18"];
	for (const [tag, text, seconds] of [
		[utc, "700101000000Z", 0],
		[utc, "691231235959Z", -1],
		[utc, "500101000000Z", -631_152_000],
		[utc, "000229000000Z", 951_782_400],
		[utc, "260630120000Z", 1_782_820_800],
		[utc, "491231235959Z", 2_524_607_999],
		[general, "20500101000000Z", 2_524_608_000],
		[general, "21000228235959Z", 4_107_542_399],
		[general, "99991231235959Z", 253_402_300_799],
	] as const)
		assert.is(time(tag, text), seconds, text);
	for (const [tag, text] of [
		[general, "21000229000000Z"],
		[general, "20491231235959Z"],
		[utc, "20500101000000Z"],
		[general, "500101000000Z"],
		[utc, "501301000000Z"],
		[utc, "500001000000Z"],
		[utc, "500132000000Z"],
		[utc, "501232000000Z"],
		[utc, "500431000000Z"],
		[utc, "500101240000Z"],
		[utc, "500101006000Z"],
		[utc, "500101000060Z"],
	])
		refusedAs(CertificateError, "bad time", () => time(tag, text));
});

test("what was read is given as it stands", () => {
	const der = reader("0201050403aabbcc");
	der.pass();
	const start = der.offset;
	der.content(OCTET_STRING);
	assert.is(toHex(der.since(start)), "0403aabbcc");
	assert.not(der.at(INTEGER));
});

test.run();
