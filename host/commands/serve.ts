// serve: this fleet's download servers on this machine. What another `baton` changes in the fleet's folder is served
// within two seconds. run: as serve, and the plan's orders are given when they are due.

import { statSync } from "node:fs";
import { join } from "node:path";
import { AccessLog } from "../access-log.js";
import { adoptionOf, adoptionText, isEnough, shareWith } from "../adoption.js";
import type { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { FleetServer } from "../fleet-server.js";
import { OperatorError } from "../operator-error.js";
import { orderText } from "../operator-text.js";
import { FleetPage } from "../ui/fleet-page.js";
import { UiServer } from "../ui/ui-server.js";
import { afterRevocation, carriedOutText } from "./carried-out.js";

export interface ServeOptions {
	folder: string;
	listen: { address: string; port: number };
	/** Follow the plan too. */
	schedule?: boolean;
	/** Take over at the plan's date whatever is known of adoption. */
	unattended?: boolean;
	dl?: string;
	days: number;
	/** The page too; on this port of 127.0.0.1, or on any. */
	ui?: true | number;
}

const LOOK_EVERY = 2_000; // ms

/** Runs until SIGINT or SIGTERM; answers under way are finished. */
export async function serve(options: ServeOptions): Promise<void> {
	const { listen, days, ui } = options;
	const desk = FleetDesk.open(options);
	const { fleet } = desk;
	const log = new AccessLog(fleet.accessLog, say);
	const server = new FleetServer({ fleet, listen, onAccess: access => log.write(access) });
	const reconcile = async () => {
		try {
			await server.reconcile(desk.operation);
		} catch (error) {
			// What is missing, a signature say, keeps everything as it was.
			if (!(error instanceof OperatorError)) throw error;
			say(error.message);
		}
	};
	const { downloadServers } = desk.operation;
	await reconcile();
	const names = downloadServers.filter(({ up }) => up).map(({ namedBy }) => new URL(fleet.nextAddress(namedBy)).host);
	say(
		`listening on ${listen.address}:${server.port ?? listen.port} for ${names.join(", ") || "no download server yet: all names answer 404"}`,
	);

	const page =
		ui === undefined
			? undefined
			: await UiServer.open(
					new FleetPage(desk, days, async generation => {
						const carriedOut = await desk.give({ order: "revoke", generation });
						for (const line of [...carriedOutText(carriedOut), afterRevocation]) say(line);
						await look();
					}),
					ui === true ? {} : { port: ui },
				);
	if (page) say(`page: ${page.url}`);

	let seen = changed(fleet);
	let busy = false;
	let waits = "";
	const look = async () => {
		if (busy) return;
		busy = true;
		try {
			if (options.schedule) waits = await followPlan(desk, options, waits);
			const now = changed(fleet);
			if (now !== seen) {
				seen = now;
				await reconcile();
			}
		} catch (error) {
			say((error as Error).message); // a full disk, say: what is served goes on
		} finally {
			busy = false;
		}
	};
	const timer = setInterval(look, LOOK_EVERY);
	await look();
	await new Promise<void>(resolve => {
		process.once("SIGINT", resolve);
		process.once("SIGTERM", resolve);
	});
	clearInterval(timer);
	await page?.close();
	await server.close();
	await log.close();
	say("stopped");
}

/** Carries out what is due. Full operation waits for adoption, unless it may not. Gives what it waits for, told once. */
async function followPlan(desk: FleetDesk, options: ServeOptions, before: string): Promise<string> {
	const waits = await takeOverWaits(desk, options);
	if (waits !== "") {
		if (waits !== before) say(waits);
		return waits;
	}
	const carriedOut = await desk.giveDue();
	for (const line of carriedOut ? carriedOutText(carriedOut) : []) say(line);
	return "";
}

/** Why full operation, which is due, does not come yet; empty: nothing stands in the way of what is due. */
async function takeOverWaits({ fleet, operation, year, due }: FleetDesk, options: ServeOptions): Promise<string> {
	if (!due || due.year > year || due.order.order !== "take over") return "";
	const next = operation.next!;
	if (!fleet.information(next)) return `CA information ${next} is not signed yet`;
	const adoption = await adoptionOf(fleet, { days: options.days });
	if (options.unattended || isEnough(shareWith(adoption, next))) return "";
	return `${orderText(due.order)}, says the plan; it waits: ${adoptionText(adoption, next, options.days)} Say baton take-over`;
}

/** Changes when the operation or a signed CA information does. */
function changed(fleet: Fleet): string {
	const stamp = (file: string) => {
		try {
			const { mtimeMs, size, ino } = statSync(file);
			return `${mtimeMs}/${size}/${ino}`;
		} catch {
			return "-";
		}
	};
	return [
		join(fleet.folder, "operation.json"),
		...fleet.generations.map(of => join(fleet.folder, "authority", String(of), "information.cbor")),
	]
		.map(stamp)
		.join(" ");
}

function say(text: string): void {
	process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}
