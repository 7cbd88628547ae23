// init: a new fleet; or one whose init was broken off, or refused, once more.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { judgeAuthority } from "../device-judge.js";
import { checkOneKind, type DlKey, isPair, publicKeyOf, rawPublicKey, readDlKey } from "../dl-key.js";
import { fingerprint } from "../fingerprint.js";
import { Fleet } from "../fleet.js";
import { type CarriedOut, FleetDesk } from "../fleet-desk.js";
import { checkSettings, type FleetPlan } from "../fleet-plan.js";
import { type ImportOptions, readImported } from "../imported-authority.js";
import { OperatorError } from "../operator-error.js";
import { dlPassphrase, fleetPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";
import type { KeyType } from "../signing-key.js";
import { carriedOutJson, carriedOutText } from "./carried-out.js";
import { createSigner } from "./create-signer.js";
import type { Outcome } from "./verb.js";

export interface InitOptions extends ImportOptions {
	folder: string;
	fleet: string;
	service: string[];
	downloadUrl: string;
	mirror?: string[];
	validity: number;
	overlap: number;
	untilPreviousEnds?: boolean;
	dlKey?: string[]; // files with public keys, where the DL signing key is elsewhere
	keyType?: KeyType;
	classical?: true;
	classicalForEver?: true;
	askPassphrase?: boolean;
}

/** What an init that was broken off may have left. */
const ours = new Set(["authority", "dl", "fleet.json", "lock"]);

/** Makes a fleet with authority A in full operation, and a DL signing key unless one is elsewhere. */
export async function init(options: InitOptions): Promise<Outcome> {
	const { folder } = options;
	const found = existsSync(folder) ? readdirSync(folder) : [];
	if (found.includes("operation.json")) return again(options);
	const strange = found.find(name => !ours.has(name) && !name.endsWith(".new"));
	if (strange !== undefined) throw new OperatorError(`${folder} is not empty: it holds ${strange}`);

	if (options.askPassphrase) fleetPassphrase.askTwice();
	const elsewhere = options.dlKey?.map(readDlKey);
	checkKind(elsewhere ?? [], options);
	const settings = settingsOf(options);
	checkSettings(settings);
	const imported = readImported(options);
	if (imported) judgeAuthority(imported.certificate);
	const signer = elsewhere ? undefined : await signerIn(join(folder, "dl"), options);
	const dlKeys = elsewhere ?? [signer!.publicKey];
	const fleet = Fleet.create(folder, {
		...settings,
		dlKeys: dlKeys.map(hexKey),
	});
	const begun = await new FleetDesk({ fleet, signer: () => signer }).begin(imported);
	return outcome(fleet, begun, signer);
}

/** It was broken off in its last moment: what is left to do is done. Throws OperatorError if it is another fleet. */
async function again(options: InitOptions): Promise<Outcome> {
	const { folder } = options;
	const desk = FleetDesk.open({ folder });
	const { begins: _, dlKeys, ...settings } = desk.fleet.settings;
	const { begins: __, dlKeys: ___, ...wanted } = settingsOf(options);
	const elsewhere = options.dlKey?.map(readDlKey).map(hexKey);
	const own = publicKeyOf(Buffer.from(dlKeys[0], "hex"));
	const areSameKeys = elsewhere ? isDeepStrictEqual(elsewhere, dlKeys) : isPair(own) !== (options.classical ?? false);
	const isSame = isDeepStrictEqual(settings, wanted) && areSameKeys;
	if (!isSame || desk.steps.length > 1)
		throw new OperatorError(`${folder} is not empty: it holds a fleet already, ${desk.fleet.name}`);
	return outcome(desk.fleet, { ...(await desk.takeUp()), wasDone: true }, desk.signerAtHand);
}

function outcome(fleet: Fleet, begun: CarriedOut, signer: Signer | undefined): Outcome {
	const { folder } = fleet;
	const key = signer && fingerprint(rawPublicKey(signer.publicKey));
	return {
		lines: [
			...carriedOutText(fleet, begun),
			`The fleet is in ${folder}.`,
			...(signer
				? [
						`Its DL signing key is in ${join(folder, "dl")}, with the fingerprint ${key}: carry that folder to a machine without a network.`,
					]
				: []),
			...(dlPassphrase.given === undefined && fleetPassphrase.given === undefined
				? [
						"Its private keys are not encrypted: whoever reads their files has them (--ask-passphrase, BATON_PASSPHRASE).",
					]
				: []),
			`Next: baton provision ${folder === "fleet" ? "" : `--folder ${folder} `}DEVICE for the factory; baton server-cert for the services.`,
		],
		json: { ...carriedOutJson(fleet, begun), folder, ...(key ? { dlKey: key } : {}) },
	};
}

function settingsOf(options: InitOptions): FleetPlan {
	return {
		fleet: options.fleet,
		begins: new Date().toISOString(),
		plan: {
			validityYears: options.validity,
			overlapYears: options.overlap,
			retention: options.untilPreviousEnds ? "until the previous CA ends" : "for ever",
		},
		services: options.service,
		downloadUrl: options.downloadUrl,
		...(options.mirror ? { mirrors: options.mirror } : {}),
		...(options.classicalForEver ? { classicalForEver: true } : {}),
		...(options.keyType ? { keyType: options.keyType } : {}),
		dlKeys: [],
	};
}

function hexKey(key: DlKey): string {
	return Buffer.from(rawPublicKey(key)).toString("hex");
}

/** What is burnt into devices is never replaced: so the lesser kind is asked for by name. Throws OperatorError. */
function checkKind(dlKeys: DlKey[], { classical, classicalForEver }: InitOptions): void {
	checkOneKind(dlKeys);
	if (classicalForEver && !classical)
		throw new OperatorError("--classical-for-ever: a hybrid fleet is none: --classical");
	const isClassical = dlKeys.length > 0 && !dlKeys.every(isPair);
	if (isClassical && !classical)
		throw new OperatorError("--dl-key: these keys are of Ed25519 alone, which a quantum computer breaks: --classical");
	if (dlKeys.some(isPair) && classical) throw new OperatorError("--classical: these DL keys are pairs with HSS-LMS");
}

/** A new DL signing key, or the one that an init that was broken off has made. */
async function signerIn(folder: string, { fleet, classical }: InitOptions): Promise<Signer> {
	if (!existsSync(join(folder, "dl.key"))) return createSigner(folder, fleet, { classical });
	const signer = Signer.open(folder, dlPassphrase);
	if (signer.fleet !== fleet)
		throw new OperatorError(`${folder} holds the DL signing key of the fleet ${signer.fleet}: it is never replaced`);
	checkKind([signer.publicKey], { classical } as InitOptions);
	return signer;
}
