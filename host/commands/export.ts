// export and provision: what is carried away as files.

import { join } from "node:path";
import { checkSettings, deviceSettings, type RunSettings } from "../../boards/settings.js";
import { writeSettings } from "../../firmware/settings.js";
import { rawPublicKey } from "../dl-key.js";
import { replaceFile } from "../durable-file.js";
import { exportStatic, provision } from "../export.js";
import { FleetDesk } from "../fleet-desk.js";
import { authorityOf } from "../operator.js";

export function exportTo(target: string, { listen, folder }: { listen: string; folder: string }): void {
	const { fleet, operation } = FleetDesk.open({ folder });
	const exported = exportStatic(fleet, operation, target, listen);
	if (exported.length === 0) process.stdout.write("no download server is in operation yet: nothing to serve\n");
	for (const { host, serves } of exported) process.stdout.write(`${host}: CA information ${serves}\n`);
	process.stdout.write(
		`include ${target}/nginx.conf in nginx's http block; after the next step of the plan, export again and reload\n`,
	);
}

export interface ProvisionOptions extends Pick<RunSettings, "map" | "pollInterval" | "serviceInterval"> {
	folder: string;
	generation?: number;
	/** Without it no `settings` are written: only a board of the Moddable SDK has that partition. */
	service?: string;
}

export function provisionTo(
	target: string,
	{ folder, generation, service, map, pollInterval, serviceInterval }: ProvisionOptions,
): void {
	const { fleet, operation } = FleetDesk.open({ folder });
	const of = generation ?? operation.full;
	const object = fleet.signedInformation(of);
	for (const file of provision(object, fleet.dlKeys, target)) process.stdout.write(`${file}\n`);
	if (service !== undefined) {
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const dlKeys = fleet.dlKeys.map(key => hex(rawPublicKey(key)));
		const settings = {
			fleet: fleet.name,
			factory: hex(object),
			dlKeys,
			service,
			map,
			pollInterval,
			serviceInterval,
			once: false,
		};
		replaceFile(join(target, "settings"), writeSettings(deviceSettings(checkSettings(settings))));
		process.stdout.write(`${join(target, "settings")}\n`);
	}
	process.stdout.write(
		`for devices of the fleet ${fleet.name}, beginning with CA ${authorityOf(operation, of).letter} (generation ${of})\n`,
	);
}
