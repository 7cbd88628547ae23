// What the addresses of a fleet serve now, asked as a device asks: whatever folder came from a backup, they go on.

import { nodeBoard } from "../boards/node/board.js";
import type { RunSettings } from "../boards/settings.js";
import { reasonOf } from "../firmware/errors.js";
import { BoardNetwork } from "../firmware/session.js";
import { parseURL } from "../firmware/url.js";
import { MAXIMUM_LENGTH } from "./ca-information.js";
import { judgeInformation } from "./device-judge.js";
import type { Fleet } from "./fleet.js";
import type { Operation } from "./operator.js";
import { OperatorError } from "./operator-error.js";

const DEADLINE = 15_000; // ms, of each

export interface Asked {
	address: string;
	/** Whether a download server is in operation there, by what this folder knows. */
	isInOperation: boolean;
	/** What it serves, signed by a DL key of this fleet. */
	generation?: number;
	/** Why nothing came: a 404 is what an address says while there is nothing. */
	reason?: string;
}

/** The first address that each CA information names, in operation or not. `map`: where names lead, as a device's. */
export function askAddresses(
	fleet: Fleet,
	operation: Operation,
	map: RunSettings["map"],
	deadline = DEADLINE,
): Promise<Asked[]> {
	const network = new BoardNetwork(nodeBoard({ flash: "", map, print: () => {} }), deadline); // it opens no flash
	const isUp = (generation: number) =>
		operation.downloadServers.some(({ namedBy, up }) => up && namedBy === generation);
	return Promise.all(
		operation.authorities.map(async ({ generation }) => ({
			address: fleet.nextAddress(generation),
			isInOperation: isUp(generation),
			...(await ask(fleet, generation, network)),
		})),
	);
}

/** The highest generation that came; 0: none did. */
export function highestServed(asked: Asked[]): number {
	return Math.max(0, ...asked.map(({ generation = 0 }) => generation));
}

async function ask(
	fleet: Fleet,
	namedBy: number,
	network: BoardNetwork,
): Promise<Pick<Asked, "generation" | "reason">> {
	try {
		const { anchor } = judgeInformation(fleet.signedInformation(namedBy), fleet.name, fleet.dlKeys);
		const server = await network.connect(parseURL(fleet.nextAddress(namedBy)), [anchor]);
		const { status, body } = await server.get({ userAgent: "baton-check", bodyLimit: MAXIMUM_LENGTH });
		if (status !== 200) return { reason: `status ${status}` };
		return { generation: judgeInformation(body, fleet.name, fleet.dlKeys).generation };
	} catch (error) {
		return { reason: error instanceof OperatorError ? error.message : reasonOf(error) };
	}
}
