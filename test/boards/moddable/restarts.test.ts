// How often a chip has restarted by itself: the count in boards/esp32/natives.c, on this machine's compiler. What becomes
// of it is in test/firmware/baton.test.ts.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";

/** One boot: given why it began and what the memory held, prints what `restarts` says and what the memory holds then. */
const driver = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef int xsMachine;
typedef unsigned xsUnsignedValue;
static int32_t result;
#define xsResult result
#define xsArg(i) 0
#define xsmcSetInteger(slot, value) (slot) = (value)
#define xsmcGetBufferWritable(slot, data, length) (*(data) = NULL, *(length) = 0)
#include "natives.c"
void esp_fill_random(void *bytes, size_t length) { (void)bytes; (void)length; }
static esp_reset_reason_t reason;
esp_reset_reason_t esp_reset_reason(void) { return reason; }
int main(int argc, char **argv)
{
	(void)argc;
	xsMachine machine = 0;
	reason = atoi(argv[1]);
	restarts.count = strtoul(argv[2], NULL, 10);
	restarts.complement = strtoul(argv[3], NULL, 10);
	xs_baton_restarts(&machine);
	const int32_t told = result;
	xs_baton_restarts(&machine); // asked twice in one boot
	if (result != told) return 1;
	if (argv[4][0] == 's') xs_baton_steady(&machine);
	printf("%d %u %u", told, restarts.count, restarts.complement);
	return 0;
}
`;

const POWER_ON = 1,
	PIN = 2,
	SOFTWARE = 3,
	PANIC = 4,
	WATCHDOG = 7;

const folder = mkdtempSync(join(tmpdir(), "baton-restarts-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const program = compile();

function compile(): string | undefined {
	writeFileSync(join(folder, "driver.c"), driver);
	writeFileSync(join(folder, "xsmc.h"), "");
	const out = join(folder, "driver");
	const flags = [`-I${folder}`, `-I${join(root, "test/boards/moddable/headers")}`, `-I${join(root, "boards/esp32")}`];
	try {
		execFileSync(process.env.CC ?? "cc", ["-std=gnu17", ...flags, join(folder, "driver.c"), "-o", out]);
		return out;
	} catch {
		return undefined;
	}
}

/** Boots one after the other; gives what `restarts` said in each. */
function boots(...reasons: (number | [reason: number, then: "steady"])[]): number[] {
	let memory = ["3735928559", "42"]; // what stands there after the power was off
	return reasons.map(boot => {
		const [reason, then = "-"] = typeof boot === "number" ? [boot] : boot;
		const [told, ...kept] = execFileSync(program!, [String(reason), ...memory, then], { encoding: "utf8" }).split(" ");
		memory = kept;
		return Number(told);
	});
}

const withCompiler = program ? test : (name: string, _run: () => void) => test.skip(`${name} [no C compiler here]`);

withCompiler("restarts by software are counted, as XS restarts the chip when it is out of memory", () => {
	assert.equal(boots(POWER_ON, SOFTWARE, SOFTWARE, SOFTWARE), [0, 1, 2, 3]);
	assert.equal(boots(POWER_ON, PANIC, SOFTWARE, WATCHDOG), [0, 1, 2, 3]);
});

withCompiler("the power's return, a pin and a steady device end the count", () => {
	assert.equal(boots(POWER_ON, SOFTWARE, POWER_ON, SOFTWARE), [0, 1, 0, 1]);
	assert.equal(boots(POWER_ON, PANIC, PIN, PANIC), [0, 1, 0, 1]);
	assert.equal(boots(POWER_ON, PANIC, [PANIC, "steady"], PANIC), [0, 1, 2, 1]);
});

withCompiler("what stands in the memory after the power was off is no count", () => {
	assert.equal(boots(SOFTWARE), [1]);
});

test.run();
