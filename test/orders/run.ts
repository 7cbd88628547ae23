// `npm run orders -- [--rounds N] [--seed N] [--json]`: two operators at once, round after round. Exit code 1 if an order
// was lost.

import { parseArgs } from "node:util";
import { replay } from "../replay.js";
import { twoOrders } from "./two-orders.js";

const { values } = parseArgs({
	options: {
		rounds: { type: "string", default: "500" },
		seed: { type: "string", default: "1" },
		json: { type: "boolean" },
	},
});
const seed = Number(values.seed);
if (!values.json) console.log(`seed ${seed}`);
const { rounds, both, lost } = await twoOrders(Number(values.rounds), seed, round => {
	if (process.stderr.isTTY) process.stderr.write(`\r${round} rounds `);
});
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
for (const one of lost.slice(0, 20)) {
	const round = Number(/^round (\d+)/.exec(one)![1]);
	console.log(`${one}\n  ${replay("orders", { seed, rounds: round + 1 })}`);
}
if (values.json) console.log(JSON.stringify({ seed, rounds, both, lost: lost.length }));
else console.log(`${rounds} rounds of two orders at once, ${both} in which both were carried out: ${lost.length} lost`);
process.exitCode = lost.length > 0 ? 1 : 0;
