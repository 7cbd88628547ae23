// The scenario post-quantum on every board, by the Node that serves ML-DSA keys; and what is said where there is none.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import type { BoardName } from "../../boards/platforms.js";
import { newerNode, WITHOUT_NEWER_NODE } from "../../host/newer-node.js";
import { nodeHasMlDsa } from "../../host/signing-key.js";
import { unavailable } from "../host/device-run.js";

const NAME = "post-quantum";

for (const [board, year] of Object.entries({ node: 150, simulator: 500, "qemu-rv32": 2_500 }) as [
	BoardName,
	number,
][]) {
	const why = newerNode ? await unavailable(board) : WITHOUT_NEWER_NODE;
	const title = `${NAME} on the ${board} board`;
	if (why) {
		test.skip(`${title} [${why}]`, () => {});
		continue;
	}
	test(title, async () => {
		const { code, output } = await start("--scenario", NAME, "--board", board, "--year", `${year}`, "--json");
		assert.equal(output.match(/✗.*/g), null);
		assert.is(code, 0);
		const { ok, slots, events } = JSON.parse(output.trimEnd().split("\n").at(-1)!);
		assert.ok(ok);
		assert.equal(slots, { current: 3, next: null });
		assert.ok(events.length > 10);
	});
}

if (!nodeHasMlDsa)
	test("without a Node that serves ML-DSA keys it says so, and exits with 2", async () => {
		process.env.BATON_NEWER_NODE = "/nowhere";
		const { code, errors } = await start("--scenario", NAME, "--board", "node");
		delete process.env.BATON_NEWER_NODE;
		assert.is(code, 2);
		assert.is(errors, `baton: ${WITHOUT_NEWER_NODE}\n`);
	});

function start(...parameters: string[]): Promise<{ code: number | null; output: string; errors: string }> {
	return new Promise(resolve => {
		const child = spawn(process.execPath, [join(root, "bin/baton.js"), "start", ...parameters], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		let output = "",
			errors = "";
		child.stdout.on("data", text => (output += text));
		child.stderr.on("data", text => (errors += text));
		child.on("close", code => resolve({ code, output, errors }));
	});
}

test.run();
