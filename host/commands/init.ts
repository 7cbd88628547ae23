// init: a new fleet.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { KeyType } from "../certificate-authority.js";
import { rawPublicKey, readDlKey } from "../dl-key.js";
import { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { type ImportOptions, readImported } from "../imported-authority.js";
import { OperatorError } from "../operator-error.js";
import { dlPassphrase, fleetPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";
import { carriedOutText } from "./carried-out.js";

export interface InitOptions extends ImportOptions {
	folder: string;
	fleet: string;
	service: string[];
	downloadUrl: string;
	validity: number;
	overlap: number;
	untilPreviousEnds?: boolean;
	dlKey?: string[]; // files with public keys, where the DL signing key is elsewhere
	keyType?: KeyType;
}

/** Makes a fleet with authority A in full operation, and a DL signing key unless one is elsewhere. */
export async function init(options: InitOptions): Promise<void> {
	const { folder } = options;
	if (existsSync(folder) && readdirSync(folder).length > 0) throw new OperatorError(`${folder} is not empty`);
	const imported = readImported(options);
	const elsewhere = options.dlKey?.map(readDlKey);
	const signer = elsewhere ? undefined : Signer.create(join(folder, "dl"), options.fleet, dlPassphrase());
	const dlKeys = elsewhere ?? [signer!.publicKey];
	const fleet = Fleet.create(
		folder,
		{
			fleet: options.fleet,
			begins: new Date().toISOString(),
			plan: {
				validityYears: options.validity,
				overlapYears: options.overlap,
				retention: options.untilPreviousEnds ? "until the previous CA ends" : "for ever",
			},
			services: options.service,
			downloadUrl: options.downloadUrl,
			...(options.keyType ? { keyType: options.keyType } : {}),
			dlKeys: dlKeys.map(key => Buffer.from(rawPublicKey(key)).toString("hex")),
		},
		fleetPassphrase(),
	);
	const begun = await new FleetDesk({ fleet, signer: () => signer }).begin(imported);
	process.stdout.write(`${carriedOutText(begun).join("\n")}\n`);
	process.stdout.write(
		`The fleet is in ${folder}. ${signer ? `Its DL signing key is in ${join(folder, "dl")}: carry that folder to a machine without a network.\n` : "\n"}` +
			`Next: baton provision ${folder === "fleet" ? "" : `--folder ${folder} `}DEVICE for the factory; baton server-cert for the services.\n`,
	);
}
