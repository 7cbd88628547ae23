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
	/** Lead devices that have moved to the provisional CA to the server that shows it. */
	rehearse?: boolean;
}

const LOOK_EVERY = 2_000; // ms
const MOST_COMPLAINTS = 20; // lines between two looks: whoever floods the front does not fill its log

/** Runs until SIGINT or SIGTERM. What another `baton` changes in the fleet's folder counts within two seconds. */
export async function front({ folder, listen, by, rehearse }: FrontVerbOptions): Promise<Outcome> {
	const { fleet } = FleetDesk.open({ folder });
	const backends = new Map(by.map(({ generation, backend }) => [generation, backend]));
	if (backends.size < by.length) throw new OperatorError("--by: a generation is named twice");
	for (const [generation, backend] of backends) {
		if (!fleet.generations.includes(generation)) throw new OperatorError(`--by: there is no authority ${generation}`);
		if (isItself(backend, listen))
			throw new OperatorError(`--by ${generation}: the front itself listens on ${backend.host}:${backend.port}`);
	}

	const file = join(fleet.folder, "operation.json");
	let seen = 0;
	let shown: Shown[] = [];
	const look = () => {
		try {
			const { mtimeMs } = statSync(file);
			if (mtimeMs === seen) return;
			const { operation } = FleetDesk.open({ folder });
			shown = shownNow(operation, generation => fleet.certificate(generation), backends, rehearse);
			seen = mtimeMs;
			say(`shows ${shown.map(describe).join(", ") || "nothing: no --by names a CA that may be shown"}`);
		} catch (error) {
			if (seen === 0) throw error;
			say((error as Error).message); // what is shown goes on
		}
	};
	look();
	let complaints = 0;
	const server = await Front.open({
		...listen,
		route: authorities => route(shown, authorities),
		onConnection: ({ client, generation, error }) => {
			if (error && ++complaints <= MOST_COMPLAINTS)
				say(`${client}${generation === undefined ? "" : `: CA ${generation}`}: ${error}`);
		},
	}).catch(error => {
		throw new OperatorError(`cannot listen: ${error.message}`);
	});
	const stopped = untilStopped();
	say(`listening on ${listen.address}:${server.port}`);
	const timer = setInterval(() => {
		look();
		if (complaints > MOST_COMPLAINTS) say(`and ${complaints - MOST_COMPLAINTS} more like these`);
		complaints = 0;
	}, LOOK_EVERY);
	await stopped;
	clearInterval(timer);
	await server.close();
	say("stopped");
	return {};
}

const ANY_ADDRESS = ["0.0.0.0", "::"],
	THIS_MACHINE = ["localhost", "127.0.0.1", "::1", ...ANY_ADDRESS];

/** What is passed on would come back, and be passed on, for ever. */
function isItself({ host, port }: Backend, listen: FrontVerbOptions["listen"]): boolean {
	if (port !== listen.port) return false;
	return host === listen.address || (ANY_ADDRESS.includes(listen.address) && THIS_MACHINE.includes(host));
}

function describe({ generation, backend }: Shown): string {
	return `CA ${generation} by ${backend.host}:${backend.port}`;
}

function say(text: string): void {
	process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}
