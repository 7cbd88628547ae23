// `baton serve`: this fleet's download servers on this machine, behind one socket, told apart by their names. What
// another `baton` changes in the fleet's folder is served within two seconds. `baton run` also follows the plan.

import { statSync } from "node:fs";
import { join } from "node:path";
import { stepText } from "../../rehearsal/watch.js";
import { AccessLog } from "../access-log.js";
import { shareWith } from "../adoption.js";
import type { Fleet } from "../fleet.js";
import { give, nextDue, type Operation } from "../operator.js";
import { OperatorError } from "../private-key-file.js";
import { SharedDeployment } from "../shared-deployment.js";
import { FleetPage } from "../ui/fleet-page.js";
import { UiServer } from "../ui/ui-server.js";
import { type FolderOption, openFleet, signerAtHand } from "./open-fleet.js";
import { adoptionOf, adoptionText, ENOUGH, orderText, revoke, signOrAsk } from "./operate.js";

export interface ServeOptions extends FolderOption {
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
	const { listen } = options;
	const { fleet, operation } = openFleet(options);
	const log = new AccessLog(join(fleet.folder, "access.log"), say);
	const servers = new SharedDeployment({
		fleet,
		listen: () => listen,
		onAccess: access => log.write(access),
		services: 0,
	});
	const reconcile = async (wanted: Operation) => {
		try {
			await servers.reconcile(wanted);
		} catch (error) {
			// What is missing, a signature say, keeps the servers as they were.
			if (!(error instanceof OperatorError)) throw error;
			say(error.message);
		}
	};
	await reconcile(operation);
	const names = operation.downloadServers
		.filter(({ up }) => up)
		.map(({ namedBy }) => new URL(fleet.nextAddress(namedBy)).host);
	say(
		`listening on ${listen.address}:${servers.port ?? listen.port} for ${names.join(", ") || "no download server yet: all names answer 404"}`,
	);

	const page =
		options.ui === undefined
			? undefined
			: await UiServer.open(
					new FleetPage(fleet, options.days, async generation => {
						await revoke(generation, options);
						await look();
					}),
					options.ui === true ? {} : { port: options.ui },
				);
	if (page) say(`page: ${page.url}`);

	let seen = changed(fleet);
	let busy = false;
	let held = "";
	const look = async () => {
		if (busy) return;
		busy = true;
		try {
			if (options.schedule) held = await followPlan(options, held);
			const now = changed(fleet);
			if (now !== seen) {
				seen = now;
				await reconcile(fleet.record!.operation);
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
	await servers.close();
	await log.close();
	say("stopped");
}

/** Carries out what is due. Full operation waits for adoption, unless it may not. Gives what it waits for, told once. */
async function followPlan({ folder, dl, unattended, days }: ServeOptions, held: string): Promise<string> {
	const { fleet, operation, year } = openFleet({ folder });
	const due = nextDue(fleet.settings.plan, operation);
	if (!due || due.year > year) return "";
	if (due.order.order === "take over") {
		const adoption = await adoptionOf(fleet, { days });
		const share = shareWith(adoption, operation.next!);
		const signed = fleet.information(operation.next!) !== undefined;
		const waits = !signed
			? `CA information ${operation.next} is not signed yet`
			: !unattended && (share === undefined || share < ENOUGH)
				? `${orderText(due.order)}, says the plan; it waits: ${adoptionText(adoption, operation.next!, days)} Say baton take-over`
				: "";
		if (waits !== "") {
			if (waits !== held) say(waits);
			return waits;
		}
	}
	const given = give(fleet.settings.plan, operation, due.order, year);
	await fleet.carryOut(given);
	for (const step of given.steps) say(stepText(step));
	signOrAsk(fleet, given.operation, signerAtHand(folder, dl));
	return "";
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
