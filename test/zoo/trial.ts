// A device meets an authority of the zoo: burnt in at the factory, or as the next one, which is downloaded from a server
// by another and then met at the service.

import type { DeviceEvent, ServerName } from "../../firmware/events.js";
import { ApplicationServer } from "../../rehearsal/application-server.js";
import { flashFolder, runOnce } from "../host/device-run.js";
import { downloadName, SERVICE_NAME, type World } from "../world.js";
import { refusal } from "./encounter.js";
import type { Specimen } from "./specimen.js";

export const ACCEPTED = "accepted";
export type Role = "factory" | "next";

const NOBODY = 1; // a port of this machine where nothing listens

/** ACCEPTED, or the device's reason; after `CA: `, why the authority's certificate is no CA information's. */
export async function meet(world: World, specimen: Specimen, role: Role): Promise<string> {
	const { authority, chain, privateKey } = specimen;
	const [certificate, ...intermediates] = chain;
	const server = specimen.port
		? { port: specimen.port, close: async () => {} }
		: await ApplicationServer.open({ credentials: { certificate, privateKey }, intermediates });
	try {
		return role === "factory"
			? await asFactory(world, authority, server.port)
			: await asNext(world, authority, server.port);
	} finally {
		await server.close();
	}
}

async function asFactory(world: World, authority: Uint8Array, service: number): Promise<string> {
	const information = world.information(1, { certificate: authority });
	const why = refusal(world, information);
	if (why) return why;
	const ports = { [SERVICE_NAME]: service, [downloadName(1)]: NOBODY };
	const factory = Buffer.from(information).toString("hex");
	const { events } = await runOnce("node", world.settings(ports, { factory }));
	return reasonOf(events, "service") ?? authenticatedBy(events, 1);
}

async function asNext(world: World, authority: Uint8Array, service: number): Promise<string> {
	const before = await ApplicationServer.open({ credentials: await world.credentials(1, SERVICE_NAME) });
	const download = await world.downloadServer(1, world.information(2, { certificate: authority }));
	const flash = flashFolder();
	try {
		const ports = { [SERVICE_NAME]: before.port, [downloadName(1)]: download.port };
		const { events } = await runOnce("node", world.settings(ports), flash);
		if (!events.some(({ event }) => event === "stored")) return `CA: ${reasonOf(events, "download")}`;
	} finally {
		await Promise.all([before.close(), download.close()]);
	}
	const ports = { [SERVICE_NAME]: service, [downloadName(1)]: NOBODY, [downloadName(2)]: NOBODY };
	const { events } = await runOnce("node", world.settings(ports), flash);
	return reasonOf(events, "service") ?? authenticatedBy(events, 2);
}

/** Why this server was refused or failed, if it did, in the end. */
function reasonOf(events: DeviceEvent[], of: ServerName): string | undefined {
	const reasons = events.flatMap(event =>
		(event.event === "refused" || event.event === "failed") && "server" in event && event.server === of
			? [event.reason]
			: [],
	);
	return reasons.at(-1);
}

function authenticatedBy(events: DeviceEvent[], generation: number): string {
	const isBy = events.some(
		one => one.event === "authenticated" && one.server === "service" && one.generation === generation,
	);
	if (!isBy) throw new Error(`not authenticated by CA information ${generation}: ${JSON.stringify(events)}`);
	return ACCEPTED;
}
