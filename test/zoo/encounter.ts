// One device at one server of the zoo, which is its service and its download server: it has the exhibit's authority from
// the factory, authenticates the service, and gets CA information 2.

import type { BoardName } from "../../boards/platforms.js";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { CertificateError } from "../../firmware/x509/certificate.js";
import { flashFolder, runOnce } from "../host/device-run.js";
import type { World } from "../world.js";
import { lackOf } from "./builds.js";
import type { Exhibit } from "./exhibition.js";

export interface Outcome {
	/** "ok", or the reason for which a build as it is refuses. */
	verdict: string;
	good: boolean;
}

export async function encounter(
	world: World,
	board: BoardName,
	exhibit: Exhibit,
	server: { port: number; servesFiles: boolean },
): Promise<Outcome> {
	const { shown, information, anchor, chain } = exhibit;
	const lack = lackOf(anchor, chain);
	if (lack) return { verdict: lack.reason, good: refusal(world, information) === lack.reason };
	const settings = world.settings(
		{ [shown.host]: server.port },
		{
			factory: Buffer.from(information).toString("hex"),
			service: `https://${shown.host}/index.html`,
		},
	);
	const { told } = await runOnce(board, settings, flashFolder(), board === "simulator" ? "c" : undefined);
	const wanted = ["authenticated service 1 current", "authenticated download 1"];
	if (server.servesFiles) wanted.push("stored 2");
	const good = wanted.every(line => told.includes(line));
	return { verdict: good ? "ok" : told.join("; "), good };
}

/** Why it is not what a device of this build can have from its factory; undefined: it is. */
export function refusal({ fleet: name, dlPublicKeys: dlKeys }: World, information: Uint8Array): string | undefined {
	try {
		VerifiedCaInformation.verify(information, { name, dlKeys });
		return undefined;
	} catch (error) {
		if (error instanceof CertificateError) return `CA: ${error.reason}`;
		throw error;
	}
}
