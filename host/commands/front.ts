// front: passes each device to the server that shows it a certificate of a CA that it knows.

import { statSync } from "node:fs";
import { join } from "node:path";
import { FleetDesk } from "../fleet-desk.js";
import { Front } from "../front/front.js";
import { type Backend, route, type Shown, shownNow } from "../front/route.js";
import { OperatorError } from "../operator-error.js";
import { untilStopped } from "./serve.js";
import type { Outcome } from "./verb.js";

export interface FrontVerbOptions {
	folder: string;
	listen: { address: string; port: number };
	by: { generation: number; backend: Backend }[];
}

const LOOK_EVERY = 2_000; // ms

/** Runs until SIGINT or SIGTERM. What another `baton` changes in the fleet's folder counts within two seconds. */
export async function front({ folder, listen, by }: FrontVerbOptions): Promise<Outcome> {
	const { fleet } = FleetDesk.open({ folder });
	const backends = new Map(by.map(({ generation, backend }) => [generation, backend]));
	if (backends.size < by.length) throw new OperatorError("--by: a generation is named twice");
	for (const generation of backends.keys())
		if (!fleet.generations.includes(generation)) throw new OperatorError(`--by: there is no authority ${generation}`);

	const file = join(fleet.folder, "operation.json");
	let seen = 0;
	let shown: Shown[] = [];
	const look = () => {
		try {
			const { mtimeMs } = statSync(file);
			if (mtimeMs === seen) return;
			const { operation } = FleetDesk.open({ folder });
			shown = shownNow(operation, generation => fleet.certificate(generation), backends);
			seen = mtimeMs;
			say(`shows ${shown.map(describe).join(", ") || "nothing: no --by names a CA that may be shown"}`);
		} catch (error) {
			if (seen === 0) throw error;
			say((error as Error).message); // what is shown goes on
		}
	};
	look();
	const stopped = untilStopped();
	const server = await Front.open({
		...listen,
		route: authorities => route(shown, authorities),
		onConnection: ({ client, generation, error }) => {
			if (error) say(`${client}${generation === undefined ? "" : `: CA ${generation}`}: ${error}`);
		},
	});
	say(`listening on ${listen.address}:${server.port}`);
	const timer = setInterval(look, LOOK_EVERY);
	await stopped;
	clearInterval(timer);
	await server.close();
	say("stopped");
	return {};
}

function describe({ generation, backend }: Shown): string {
	return `CA ${generation} by ${backend.host}:${backend.port}`;
}

function say(text: string): void {
	process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}
