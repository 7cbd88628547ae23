import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundleOnce, root } from "../../boards/bundle.js";
import { buildSimulator } from "../../boards/simulator/build.js";
import { test as onSimulator } from "../boards/simulator/simulate.js";
import { engines } from "../engines.js";
import { HANG_GUARD } from "../eventually.js";
import { runProcess } from "../process.js";
import { judge } from "../verdict.js";

async function runMisfit(file: string, args: string[]) {
	const ended = await runProcess({ file, args, cwd: root, limit: HANG_GUARD }).ended;
	return judge({ title: "misfit", engine: "any", seconds: 0, ...ended });
}

async function onXS() {
	return runMisfit(await buildSimulator(), [await bundleOnce({ entry: "test/on-xs/misfit.ts", engine: "xs" })]);
}
async function onNode() {
	const { file, args } = await engines[0].command("test/on-xs/misfit.ts");
	return runMisfit(file, args);
}

for (const [engine, run, on] of [
	["XS", onXS, onSimulator],
	["node", onNode, test],
] as const) {
	on(`on ${engine} passed, failed and skipped tests are counted, with their names and messages`, async () => {
		const {
			passed,
			failed,
			skipped,
			trouble,
			run: { output },
		} = await run();
		assert.equal([passed, failed, skipped, trouble], [3, 2, ["is left out [no reason]"], undefined]);
		for (const text of ['"is wrong"', '"is wrong later"', "later"]) assert.match(output, text);
		assert.not.match(output, '"is last"');
	});
}

test.run();
