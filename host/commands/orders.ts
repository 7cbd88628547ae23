// ca issue and import, take-over, reissue, revoke: orders that a person gives; ca accept, which brings back what they
// needed; and restored, after a backup.

import type { X509Certificate } from "node:crypto";
import { adoptionText, bandsOf, censusOf, isEnough, shareOf } from "../adoption.js";
import { readChain } from "../authority-folder.js";
import { rehearsedText } from "../canaries.js";
import { type Fleet, isMlDsa } from "../fleet.js";
import { type CarriedOut, FleetDesk } from "../fleet-desk.js";
import { type ImportOptions, readImported } from "../imported-authority.js";
import { authorityOf, newest, type Operation, type ReissueOrder } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { stepText } from "../operator-text.js";
import { readOptionFile } from "../option-file.js";
import { FORGOTTEN_AT_MOST } from "../signer.js";
import type { KeyType } from "../signing-key.js";
import { carriedOutJson, carriedOutText } from "./carried-out.js";
import { canAsk, confirmed } from "./confirm.js";
import { notConfirmed, type Outcome } from "./verb.js";

export interface OrderOptions {
	folder: string;
	dl?: string; // folder
	yes?: boolean;
}

/** Order 505, 506 by hand; or with an authority that was made elsewhere. */
export async function issue(options: OrderOptions & ImportOptions & { keyType?: KeyType }): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	const imported = readImported(options);
	const keyType = imported && isMlDsa(imported.certificate) ? "ml-dsa-44" : options.keyType;
	return outcome(desk.fleet, await desk.give({ order: "provide", ...(keyType ? { keyType } : {}) }, imported));
}

/** Order 509, 510 by hand. Cannot be undone: devices that have followed refuse the old authority. */
export async function takeOver(options: OrderOptions & { accessLog?: string[]; days: number }): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	const { fleet, operation } = desk;
	const { next } = operation;
	const lines: string[] = [];
	if (next !== undefined) {
		if (!fleet.information(next)) lines.push(...carriedOutText(fleet, await desk.takeUp()));
		desk.preview({ order: "take over" });
		const census = await censusOf(fleet, options);
		lines.push(...adoptionText(census, next, options.days), await rehearsedText(fleet, next, options.days));
		if (!options.yes) {
			process.stdout.write(`${lines.splice(0).join("\n")}\n`);
			const question =
				"Full operation cannot be undone: devices that follow refuse servers that still present the old authority.\n" +
				`Have certificates by CA ${authorityOf(operation, next).letter} ready for all of: ${fleet.settings.services.join(", ")}.`;
			const word = isEnough(shareOf(bandsOf(census, next, options.days))) ? "take over" : "take over anyway";
			if (!(await confirmed(word, question))) return notConfirmed("nothing was changed");
		}
	}
	return outcome(fleet, await desk.give({ order: "take over" }), lines);
}

/** The same CA under a greater generation, with another address or with key 4. */
export async function reissue(
	generation: number,
	options: OrderOptions & { notBefore?: number; downloadUrl?: string; mirror?: string[] },
): Promise<Outcome> {
	const { notBefore, downloadUrl, mirror } = options;
	const moved = { ...(downloadUrl === undefined ? {} : { downloadUrl }), ...(mirror ? { mirrors: mirror } : {}) };
	const desk = FleetDesk.open(options);
	const order: ReissueOrder = {
		order: "reissue",
		generation,
		...(notBefore === undefined ? {} : { leafNotBefore: notBefore }),
		...(downloadUrl === undefined && !mirror ? {} : { moved }),
	};
	const refused = notBefore === undefined ? [] : certificatesBefore(desk.fleet, desk.operation, generation, notBefore);
	if (refused.length > 0 && !options.yes) {
		desk.preview(order);
		const question = `Devices will refuse these certificates, as soon as they have what is issued now:\n${refused.join("\n")}`;
		if (!(await confirmed("refuse them", question))) {
			if (!canAsk()) process.stderr.write(`${question}\n`);
			return notConfirmed("nothing was changed");
		}
	}
	return outcome(desk.fleet, await desk.give(order), refused.length > 0 ? ["Devices will refuse:", ...refused] : []);
}

/** Those of this CA that were recorded, line by line: the services' own, and what server-cert has issued. */
function certificatesBefore(fleet: Fleet, operation: Operation, generation: number, notBefore: number): string[] {
	const ofCa = operation.authorities.find(authority => authority.generation === generation)?.ca;
	const generations = operation.authorities.filter(({ ca }) => ca === ofCa).map(one => one.generation);
	const certificates = generations.flatMap(of => [...fleet.at(of).issued, ...fleet.serviceCertificates(of)]);
	return certificates.filter(({ validFrom }) => Date.parse(validFrom) / 1_000 < notBefore).map(describeCertificate);
}

function describeCertificate({ subjectAltName, validFrom, serialNumber }: X509Certificate): string {
	const names = (subjectAltName ?? "").replaceAll(/DNS:|IP Address:/g, "");
	return `  ${names}, issued ${new Date(validFrom).toISOString().slice(0, 10)}, serial number ${serialNumber.toLowerCase()}`;
}

/** Asks on a terminal; elsewhere revoking never waits. */
export async function revoke(generation: number, options: OrderOptions): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	const { fleet } = desk;
	const order = { order: "revoke", generation } as const;
	if (canAsk() && !options.yes) {
		const { steps } = desk.preview(order);
		const { letter, phase } = authorityOf(desk.operation, generation);
		const question = `CA ${letter}, generation ${generation}, is ${phaseText(phase)}. To revoke it means:\n${steps.map(step => `  ${stepText(step)}`).join("\n")}\nIt cannot be undone.`;
		if (!(await confirmed(`revoke ${letter.replaceAll("′", "'")}`, question)))
			return notConfirmed("nothing was changed");
	}
	const carriedOut = await desk.give(order);
	return outcome(fleet, carriedOut, [], revocationText(carriedOut, desk.operation, generation));
}

function phaseText(phase: string): string {
	return phase === "full" || phase === "provisional" ? `in ${phase} operation` : phase;
}

/** What devices will do, and what is to be done. */
export function revocationText({ before }: CarriedOut, after: Operation, generation: number): string[] {
	if (!before) return [];
	const { letter, ca } = authorityOf(before, generation);
	const full = authorityOf(after, after.full);
	if (before.next !== undefined && authorityOf(before, before.next).ca === ca)
		return [
			`CA ${letter} was in no full operation: the services keep their certificates by CA ${full.letter}.`,
			`Devices take CA ${full.letter}'s new information at their next poll; those that were lured to CA ${letter} find it at that one's address.`,
		];
	if (authorityOf(before, before.full).ca === ca)
		return [
			`CA ${full.letter}'s information says that all before it are revoked: devices promote it as soon as they have it, at their next poll or when a service shows them CA ${full.letter}.`,
			"Now give every service its certificate by the authority in full operation (baton server-cert), all at once.",
		];
	return [
		`CA ${letter} was out of operation already: nothing changes for the services.`,
		"Nothing announces it to devices that still hold it: they leave it at their next contact with a service or their next poll, and until then they trust who has its key.",
	];
}

/** Takes a signed CA information back into the fleet. */
export async function accept(file: string, options: OrderOptions): Promise<Outcome> {
	const generation = await FleetDesk.open(options).accept(new Uint8Array(readOptionFile("ca accept", file)));
	return {
		lines: [`CA information ${generation} is signed and ready to be served`],
		json: { generation },
	};
}

/** Takes back the certificate of the download server that CA information `generation` names. */
export async function certificate(generation: number, file: string, options: OrderOptions): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	await desk.acceptCertificate(generation, readChain(file, readOptionFile("ca certificate", file)));
	return {
		lines: [`the download server that CA information ${generation} names has its certificate`],
		json: { generation },
	};
}

/** The fleet's folder came from a backup. */
export async function restored(options: OrderOptions & { above?: number; accessLog?: string[] }): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	const { fleet, operation } = desk;
	const { highest: seen } = await censusOf(fleet, { accessLog: options.accessLog, days: 30 });
	const lastSigned = desk.signerAtHand?.last ?? 0;
	const known = Math.max(newest(operation), lastSigned);
	if (options.above !== undefined && options.above < known)
		throw new OperatorError(`generation ${known} is known already: --above ${known} at least`);
	if (options.above === undefined && seen > known + FORGOTTEN_AT_MOST)
		throw new OperatorError(
			`the access logs have devices that hold generation ${seen}; ${known} is the last that is known here. Anybody can write such a line: if it is true, --above ${seen + FORGOTTEN_AT_MOST}, else --above ${known + FORGOTTEN_AT_MOST}`,
		);
	const above = options.above ?? Math.max(known, seen) + FORGOTTEN_AT_MOST;
	const lines = [
		`This folder ends at generation ${newest(operation)}; the DL key at hand has signed up to ${lastSigned || "none"}; devices in the access logs hold up to ${seen || "none"}.`,
		`What is issued from now on is above ${above}.`,
	];
	return outcome(fleet, await desk.restored(above), lines);
}

function outcome(fleet: Fleet, carriedOut: CarriedOut, before: string[] = [], after: string[] = []): Outcome {
	return {
		lines: [...before, ...carriedOutText(fleet, carriedOut), ...after],
		json: carriedOutJson(fleet, carriedOut),
	};
}
