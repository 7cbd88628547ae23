import { test } from "uvu";
import * as assert from "uvu/assert";
import { isDeterministic } from "../../host/deterministic-cbor.js";

function judge(hex: string) {
	return isDeterministic(new Uint8Array(Buffer.from(hex, "hex")));
}

test("the shortest form of everything is", () => {
	for (const hex of [
		"00",
		"17",
		"1818",
		"18ff",
		"190100",
		"1a00010000",
		"1b0000000100000000",
		"1bffffffffffffffff",
		"20",
		"3bffffffffffffffff",
		"40",
		"4101",
		"60",
		"6161",
		"80",
		"820102",
		"a0",
		"a10102",
		"a201012002",
		"a2010218180a",
		"f4",
		"f5",
		"f6",
	]) {
		assert.ok(judge(hex), hex);
	}
});

test("everything else is not", () => {
	for (const hex of [
		"",
		"1800",
		"1817",
		"190000",
		"1900ff",
		"1a0000ffff",
		"1b00000000ffffffff", // longer than needed
		"5f4101ff",
		"7f6161ff",
		"9f01ff",
		"bf0101ff",
		"1c",
		"1f", // indefinite or reserved
		"a202010102",
		"a201010102", // order, duplicates
		"0000",
		"18",
		"4201",
		"8201",
		"a101",
		"d2",
		"d28443a10132a0", // trailing or truncated
		"f7",
		"f820",
		"f90000",
		"fa00000000",
		"fb0000000000000000",
		"e0", // not of our kinds
		"9bffffffffffffffff",
		`${"81".repeat(40)}00`,
	]) {
		assert.not(judge(hex), hex);
	}
});

test.run();
