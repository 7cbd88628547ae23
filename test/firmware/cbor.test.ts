import appendixA from "vectors:cbor/appendix_a.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ascii } from "../../firmware/bytes.js";
import { byteString, CborReader, type CborReason, DecodeError, textString, unsigned } from "../../firmware/cbor.js";
import { fromHex, toHex } from "../hex.js";
import { refusedAs } from "../refusal.js";
import { withVectors } from "../vectors.js";

function reader(hex: string) {
	return new CborReader(fromHex(hex));
}
function refused(read: () => unknown, reason: CborReason) {
	refusedAs(DecodeError, reason, read);
}

test("integers are read in their shortest form only", () => {
	assert.is(reader("17").uint(), 23);
	assert.is(reader("1818").uint(), 24);
	assert.is(reader("19ffff").uint(), 65535);
	assert.is(reader("1a00010000").uint(), 65536);
	assert.is(reader("1b0000000100000000").uint(), 2 ** 32);
	assert.is(reader("20").int(), -1);
	assert.is(reader("38ff").int(), -256);
	for (const longer of ["1817", "1900ff", "1a0000ffff", "1b00000000ffffffff"])
		refused(() => reader(longer).uint(), "not deterministic");
});

test("integers are written in their shortest form", () => {
	for (const [value, hex] of [
		[23, "17"],
		[24, "1818"],
		[65_535, "19ffff"],
		[2 ** 32 - 1, "1affffffff"],
		[2 ** 32, "1b0000000100000000"],
		[2 ** 53 - 1, "1b001fffffffffffff"],
	] as const)
		assert.is(toHex(unsigned(value)), hex);
});

test("indefinite lengths are refused", () => {
	for (const item of ["5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "bfff"])
		refused(() => reader(item).skip(4), "not deterministic");
});

test("floats, other simple values, inner tags and reserved heads are refused", () => {
	for (const item of ["f90000", "fa47c35000", "fb3ff199999999999a", "f0", "f8ff", "f7", "c074323031", "1c", "1e"])
		refused(() => reader(item).skip(4), "unsupported item");
});

test("an item of another type than asked for is refused", () => {
	refused(() => reader("01").bytes(), "unexpected type");
	refused(() => reader("41ff").text(), "unexpected type");
	refused(() => reader("f6").boolean(), "unexpected type");
	refused(() => reader("a0").array(), "unexpected type");
	refused(() => reader("40").int(), "unexpected type");
	refused(() => reader("01").tag(), "unexpected type");
});

test("map keys ascend, and none comes twice", () => {
	const keys: number[] = [];
	const read = (hex: string) => {
		const map = reader(hex);
		map.integerMap(key => {
			keys.push(key);
			map.skip(1);
		});
	};
	read("a4010218180220022101"); // {1: 2, 24: 2, -1: 2, -2: 1}
	assert.equal(keys, [1, 24, -1, -2]);
	refused(() => read("a202010102"), "not deterministic");
	refused(() => read("a220010102"), "not deterministic"); // -1 before 1
	refused(() => read("a201010102"), "duplicate key");
	refused(() => reader("a2616101616102").skip(2), "duplicate key");
	refused(() => reader("a2616201616102").skip(2), "not deterministic");
});

test("nesting is bounded", () => {
	reader("81818101").skip(3);
	refused(() => reader("8181818101").skip(3), "nested too deeply");
	refused(() => reader("a101a101a10101").skip(2), "nested too deeply");
});

test("a count or length that the bytes cannot hold is refused without allocating it", () => {
	refused(() => reader("9a7fffffff").skip(1), "truncated");
	refused(() => reader("5a7fffffff00").skip(1), "truncated");
	refused(() => reader("bb7fffffffffffffff").skip(1), "truncated");
});

test("every truncation of an item is refused", () => {
	const item = fromHex("a3011903e8026474657874204401020304");
	new CborReader(item).skip(2);
	for (let length = 0; length < item.length; length++)
		refused(() => new CborReader(item.subarray(0, length)).skip(2), "truncated");
	for (const head of ["18", "1903", "1a000100", "1b00000001000000"])
		refused(() => new CborReader(fromHex(head)).uint(), "truncated");
});

test("what follows the last item is refused", () => {
	const item = reader("0100");
	item.uint();
	refused(() => item.end(), "trailing bytes");
});

test("text is strict UTF-8", () => {
	assert.is(reader("62c3bc").text(), "ü");
	assert.is(reader("64f0908591").text(), "\u{10151}");
	assert.is(reader("63efbfbf").text(), "\uffff");
	// overlong, surrogate, beyond U+10FFFF, lone continuation, cut short
	for (const text of [
		"62c080",
		"63e08080",
		"64f0808080",
		"63eda080",
		"64f4908080",
		"6180",
		"62bf80",
		"62c1bf",
		"61c3",
		"62c32f",
		"64f8888080",
	])
		refused(() => reader(text).text(), "not UTF-8");
});

test("what is written is read again", () => {
	for (const length of [0, 23, 24, 255, 256, 65_536]) {
		const bytes = new Uint8Array(length).fill(7);
		const item = new CborReader(byteString(bytes));
		assert.is(item.bytes().length, length);
		item.end();
	}
	assert.is(toHex(textString("Signature1")), "6a5369676e617475726531");
	assert.throws(() => ascii("ü"), /expected ASCII/);
});

withVectors(
	"RFC 8949 appendix A: what is in the subset is read, all else is refused for what it is",
	[appendixA],
	([text]) => {
		const count = { read: 0, "not deterministic": 0, "unsupported item": 0 };
		for (const { hex } of JSON.parse(text) as { hex: string }[]) {
			const bytes = fromHex(hex);
			const item = new CborReader(bytes);
			try {
				item.skip(8);
				item.end();
				count.read++;
			} catch (error) {
				assert.instance(error, DecodeError);
				count[(error as DecodeError<"not deterministic" | "unsupported item">).reason]++;
			}
		}
		// Indefinite lengths; tags, floats and other simple values.
		assert.equal(count, { read: 37, "not deterministic": 11, "unsupported item": 34 });
	},
);

test.run();
