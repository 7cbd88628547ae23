// export, provision, erase: what is carried away as files, and what devices have of it.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkSettings, deviceSettings, type RunSettings } from "../../boards/settings.js";
import { writeSettings } from "../../firmware/settings.js";
import { check, findingText } from "../check.js";
import { judgeInformation } from "../device-judge.js";
import { checkOneKind, type DlKey, isSameKey, rawPublicKey, readDlKey } from "../dl-key.js";
import { replaceFile } from "../durable-file.js";
import { exportStatic, provision } from "../export.js";
import type { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { authorityOf } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import { SLOT_LENGTH } from "../slot-image.js";
import { confirmed } from "./confirm.js";
import { notConfirmed, type Outcome } from "./verb.js";

export function exportTo(target: string, { listen, folder }: { listen: string; folder: string }): Outcome {
	const { fleet, operation } = FleetDesk.open({ folder });
	for (const finding of check(fleet))
		if (finding.weight !== "note") process.stderr.write(`baton: ${findingText(finding)}\n`);
	const { exported, troubles } = exportStatic(fleet, operation, target, listen);
	for (const trouble of troubles) process.stderr.write(`baton: ${trouble}\n`);
	return {
		code: troubles.length > 0 ? 1 : 0,
		lines: [
			...(exported.length === 0 ? ["no download server is in operation yet: nothing to serve"] : []),
			...exported.map(({ place, serves }) => `${place}: ${serves === undefined ? "404" : `CA information ${serves}`}`),
			`include ${resolve(target)}/nginx.conf in nginx's http block (and nginx-default.conf, if it has no default_server of its own); after the next step of the plan, export again and reload`,
		],
		json: { exported, troubles },
	};
}

export interface ProvisionOptions
	extends Pick<RunSettings, "map" | "pollInterval" | "serviceInterval" | "keyExchange"> {
	folder: string;
	/** Without it no `settings` are written: only a board of the Moddable SDK has that partition. */
	service?: string;
	/** For firmware whose DL keys are changed: files of the public keys, and of the factory CA information signed by one. */
	dlKey?: string[];
	factory?: string;
}

/** The factory begins with the CA in full operation: what it writes counts as proved. */
export function provisionTo(
	target: string,
	{ folder, service, map, pollInterval, serviceInterval, keyExchange, dlKey, factory }: ProvisionOptions,
): Outcome {
	const { fleet, operation } = FleetDesk.open({ folder });
	const { full } = operation;
	const { dlKeys, retiredDlKeys } = dlKey ? changed(fleet, dlKey.map(readDlKey)) : fleet;
	if (dlKey && factory === undefined)
		throw new OperatorError("--dl-key: what the factory begins with is to be signed by one of these: --factory");
	const object =
		factory === undefined ? fleet.signedInformation(full) : new Uint8Array(readOptionFile("--factory", factory));
	const { generation } = judgeInformation(object, fleet.name, dlKeys);
	if (generation !== full)
		throw new OperatorError(`--factory ${factory}: expected CA information ${full}, which is in full operation`);
	const files = provision(object, { dlKeys, retiredDlKeys }, target);
	if (service !== undefined) {
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const settings = checkSettings({
			fleet: fleet.name,
			factory: hex(object),
			dlKeys: dlKeys.map(key => hex(rawPublicKey(key))),
			...(retiredDlKeys.length > 0 ? { retiredDlKeys: retiredDlKeys.map(key => hex(rawPublicKey(key))) } : {}),
			service,
			map,
			pollInterval,
			serviceInterval,
			...(keyExchange === undefined ? {} : { keyExchange }),
			once: false,
		});
		files.push(join(target, "settings"));
		replaceFile(join(target, "settings"), writeSettings(deviceSettings(settings)));
	}
	const { letter } = authorityOf(operation, full);
	return {
		lines: [...files, `for devices of the fleet ${fleet.name}, beginning with CA ${letter} (generation ${full})`],
		json: { files, generation: full },
	};
}

/** The keys of firmware that comes before the change: the fleet's are retired in it. */
function changed(fleet: Fleet, dlKeys: DlKey[]): Pick<Fleet, "dlKeys" | "retiredDlKeys"> {
	checkOneKind(dlKeys);
	const isNew = (key: DlKey) => !dlKeys.some(one => isSameKey(one, key));
	return { dlKeys, retiredDlKeys: [...fleet.retiredDlKeys, ...fleet.dlKeys].filter(isNew) };
}

/** Of a device that holds what its firmware leaves alone, another fleet's say: it begins with the factory's again. */
export async function erase(flash: string, { yes }: { yes?: boolean }): Promise<Outcome> {
	const files = ["ca0", "ca1"].map(name => join(flash, name)).filter(file => existsSync(file));
	if (files.length === 0) throw new OperatorError(`${flash} holds no slot images, ca0 and ca1`);
	if (!yes) {
		const question = `${files.join(" and ")} are erased: the device trusts the factory's CA again, which may be revoked, until its next update.`;
		if (!(await confirmed("erase", question))) return notConfirmed("nothing was erased");
	}
	for (const file of files) replaceFile(file, new Uint8Array(SLOT_LENGTH).fill(0xff));
	return { lines: files.map(file => `erased: ${file}`), json: { erased: files } };
}
