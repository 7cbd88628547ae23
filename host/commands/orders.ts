// ca issue and import, take-over, reissue, revoke: orders that a person gives; and ca accept, which brings back what they needed.

import { readFileSync } from "node:fs";
import { adoptionOf, adoptionText, isEnough, shareWith } from "../adoption.js";
import { type CarriedOut, FleetDesk } from "../fleet-desk.js";
import { type ImportOptions, readImported } from "../imported-authority.js";
import { authorityOf } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { afterRevocation, carriedOutText } from "./carried-out.js";
import { confirmed } from "./confirm.js";

export interface OrderOptions {
	folder: string;
	dl?: string; // folder
}

/** Order 505, 506 by hand; or with an authority that was made elsewhere. */
export async function issue(options: OrderOptions & ImportOptions): Promise<void> {
	const desk = FleetDesk.open(options);
	say(await desk.give({ order: "provide" }, readImported(options)));
}

/** Order 509, 510 by hand. Cannot be undone: devices that have followed refuse the old authority. */
export async function takeOver(
	options: OrderOptions & { yes?: boolean; accessLog?: string[]; days: number },
): Promise<number> {
	const desk = FleetDesk.open(options);
	const { fleet, operation } = desk;
	const { next } = operation;
	if (next === undefined)
		throw new OperatorError("there is no authority in provisional operation to take over: baton ca issue");
	if (!fleet.information(next))
		throw new OperatorError(`CA information ${next} is not signed yet: no device can have it. baton sign`);
	const adoption = await adoptionOf(fleet, options);
	process.stdout.write(`${adoptionText(adoption, next, options.days)}\n`);
	if (!options.yes) {
		const question =
			"Full operation cannot be undone: devices that follow refuse servers that still present the old authority.\n" +
			`Have certificates by CA ${authorityOf(operation, next).letter} ready for all of: ${fleet.settings.services.join(", ")}.`;
		const word = isEnough(shareWith(adoption, next)) ? "take over" : "take over anyway";
		if (!(await confirmed(word, question))) {
			process.stderr.write("baton: not confirmed, nothing was changed (--yes where nobody can type)\n");
			return 1;
		}
	}
	say(await desk.give({ order: "take over" }));
	return 0;
}

/** The same CA under a greater generation, with another address or with key 4. */
export async function reissue(
	generation: number,
	options: OrderOptions & { notBefore?: number; downloadUrl?: string },
): Promise<void> {
	const { notBefore, downloadUrl } = options;
	say(
		await FleetDesk.open(options).give({
			order: "reissue",
			generation,
			...(notBefore === undefined ? {} : { leafNotBefore: notBefore }),
			...(downloadUrl === undefined ? {} : { downloadUrl }),
		}),
	);
}

/** Revoking never waits, and never asks. */
export async function revoke(generation: number, options: OrderOptions): Promise<void> {
	say(await FleetDesk.open(options).give({ order: "revoke", generation }));
	process.stdout.write(`${afterRevocation}\n`);
}

/** Takes a signed CA information back into the fleet. */
export function accept(file: string, options: OrderOptions): void {
	const generation = FleetDesk.open(options).accept(new Uint8Array(readFileSync(file)));
	process.stdout.write(`CA information ${generation} is signed and ready to be served\n`);
}

function say(carriedOut: CarriedOut): void {
	for (const line of carriedOutText(carriedOut)) process.stdout.write(`${line}\n`);
}
