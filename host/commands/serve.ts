// serve: this fleet's download servers on this machine. What another `baton` changes in the fleet's folder is served
// within two seconds. run: as serve, and the plan's orders are given when they are due.

import { statSync } from "node:fs";
import { join } from "node:path";
import { AccessLog } from "../access-log.js";
import { Adoption, adoptionText, bandsOf, isEnough, shareOf } from "../adoption.js";
import { CanaryServer } from "../canaries.js";
import { check, Findings, findingText } from "../check.js";
import type { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { FleetServer, type ListenOn } from "../fleet-server.js";
import { Metrics, MetricsServer } from "../metrics.js";
import { continueByNewerNode, newerNode } from "../newer-node.js";
import type { Order } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { orderText } from "../operator-text.js";
import { reminders } from "../reminders.js";
import { nodeHasMlDsa } from "../signing-key.js";
import { socketsFromSystemd, tellSystemd } from "../systemd.js";
import { FleetPage } from "../ui/fleet-page.js";
import { UiServer } from "../ui/ui-server.js";
import { version } from "../version.js";
import { carriedOutText } from "./carried-out.js";
import { revocationText } from "./orders.js";
import { placeOf } from "./status.js";
import type { Outcome } from "./verb.js";

export interface ServeOptions {
	folder: string;
	listen?: ListenOn[];
	/** Follow the plan too. */
	schedule?: boolean;
	/** Take over at the plan's date whatever is known of adoption. */
	unattended?: boolean;
	dl?: string;
	accessLog?: string[];
	/** The devices' poll interval. */
	days: number;
	/** The page too; on this port of 127.0.0.1, or on any. */
	ui?: true | number;
	/** What Prometheus reads, and health. */
	metrics?: { address: string; port: number };
	/** Where canaries are shown the services' certificate by the provisional authority. */
	rehearse?: { address: string; port: number };
	canary?: string[]; // addresses or networks
	share?: number; // per cent
}

const LOOK_EVERY = 2_000; // ms
/** Dates are told when they come near, and each day anew. */
const REMIND_EVERY = 3_600_000; // ms

/**
 * Runs until SIGINT or SIGTERM; answers under way are finished. SIGHUP: the access log is opened anew, and the folder is
 * looked at. Rejects with OperatorError if nothing can be served.
 */
export async function serve(options: ServeOptions): Promise<Outcome> {
	const { days, ui } = options;
	const desk = FleetDesk.open(options);
	const { fleet } = desk;
	if (!nodeHasMlDsa && fleet.hasMlDsa && newerNode) return { code: await continueByNewerNode(process.argv.slice(2)) };
	const teller = new Teller();
	const adoption = new Adoption(fleet, { accessLog: options.accessLog, days });
	const findings = new Findings(fleet);
	for (const finding of check(fleet, { signer: desk.signerAtHand })) say(findingText(finding));
	const stopped = untilStopped();
	const log = new AccessLog(fleet.accessLog, say);
	const server = new FleetServer({
		fleet,
		listen: placesOf(options),
		onAccess: access => {
			log.write(access);
			metrics.hear(access);
		},
	});
	const metrics = new Metrics({
		desk,
		adoption,
		connections: () => server.connections,
		findings: () => findings.all,
		version: version(),
	});
	const canaries = canaryServer(options, desk);
	const opened: { close(): Promise<void> }[] = [server, ...(canaries ? [canaries] : [])];
	const reconcile = async () => {
		teller.tell("served", await server.reconcile(desk.operation));
		await canaries?.reconcile(desk.operation);
	};

	let seen = changed(fleet);
	let busy = false;
	let reminded = -Infinity;
	const look = async () => {
		if (busy) return;
		busy = true;
		try {
			if (options.schedule) await followPlan(desk, { adoption, unattended: options.unattended }, teller);
			const now = changed(fleet);
			if (now !== seen) {
				findings.forget();
				await reconcile();
				seen = now;
			}
			if (performance.now() - reminded > REMIND_EVERY) {
				reminded = performance.now();
				teller.tell("reminders", reminders(fleet, desk.operation).map(findingText));
			}
			teller.tell("trouble", []);
		} catch (error) {
			teller.tell("trouble", [(error as Error).message]); // a full disk, say: what is served goes on
		} finally {
			busy = false;
		}
	};

	try {
		await reconcile();
		const names = desk.operation.downloadServers.filter(({ up }) => up).map(({ namedBy }) => placeOf(fleet, namedBy));
		const places = server.places.map(placeText).join(", ");
		say(`listening on ${places} for ${names.join(", ") || "no download server yet: all names answer 404"}`);
		if (canaries)
			say(
				`rehearsal on ${placeText(canaries.place!)}: ${canaries.rehearses ? `canaries are shown CA ${canaries.rehearses}, and promote it` : "no authority is in provisional operation and signed: all are shown the one in full operation"}`,
			);
		if (options.metrics) {
			const told = await MetricsServer.open(metrics, options.metrics);
			opened.push(told);
			say(`metrics: http://${placeText(told.place)}/metrics, and /health`);
		}
		if (ui !== undefined) {
			const revoke = async (generation: number) => {
				const carriedOut = await desk.give({ order: "revoke", generation });
				const advice = revocationText(carriedOut, desk.operation, generation);
				for (const line of [...carriedOutText(fleet, carriedOut), ...advice]) say(line);
				await look();
			};
			const page = await UiServer.open(
				new FleetPage(desk, adoption, findings, revoke),
				ui === true ? {} : { port: ui },
			);
			opened.push(page);
			say(`page: ${page.url}`);
		}
	} catch (error) {
		for (const one of opened) await one.close();
		await log.close();
		const { code, message } = error as NodeJS.ErrnoException;
		if (code?.startsWith("E")) throw new OperatorError(`cannot listen: ${message}`);
		throw error;
	}

	const reload = () => {
		log.reopen();
		say("the access log is opened anew");
		void look();
	};
	process.on("SIGHUP", reload);
	const timer = setInterval(look, LOOK_EVERY);
	await look();
	await tellSystemd("--ready");
	await stopped;
	await tellSystemd("--status=stopping");
	clearInterval(timer);
	process.off("SIGHUP", reload);
	for (const one of opened.reverse()) await one.close();
	await log.close();
	await adoption.close();
	say("stopped");
	return {};
}

/** What systemd has opened; else what was asked for. */
function placesOf({ listen }: ServeOptions): ListenOn[] {
	const given = socketsFromSystemd().map(fd => ({ fd, port: 0 }));
	if (given.length > 0 && listen) throw new OperatorError("systemd has opened the sockets: --listen names others");
	return given.length > 0 ? given : (listen ?? [{ address: "127.0.0.1", port: 8443 }]);
}

function canaryServer({ rehearse, canary, share }: ServeOptions, desk: FleetDesk): CanaryServer | undefined {
	if (!rehearse) {
		if (canary || share !== undefined) throw new OperatorError("--canary and --share say who is shown --rehearse");
		return undefined;
	}
	const canaries = { ...(canary ? { networks: canary } : {}), ...(share === undefined ? {} : { share }) };
	return new CanaryServer({ desk, ...rehearse, canaries, onWord: say });
}

function placeText({ address, port }: { address: string; port: number }): string {
	return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** Resolves at SIGINT or SIGTERM. */
export function untilStopped(): Promise<void> {
	return new Promise<void>(resolve => {
		process.once("SIGINT", resolve);
		process.once("SIGTERM", resolve);
	});
}

/** Carries out what is due, and signs what is not signed. Full operation waits for adoption, unless it may not. */
async function followPlan(
	desk: FleetDesk,
	options: { adoption: Adoption; unattended?: boolean },
	teller: Teller,
): Promise<void> {
	const { fleet, due, year, operation } = desk;
	const isDue = due !== undefined && due.year <= year;
	if (!isDue && fleet.unsignedGenerations(operation).length === 0) return teller.tell("waits", []);
	const carriedOut = await desk.giveDue(async order => {
		const waits = await takeOverWaits(desk, options, order);
		teller.tell("waits", waits === "" ? [] : [waits]);
		return waits === "";
	});
	for (const line of carriedOut ? carriedOutText(fleet, carriedOut) : []) say(line);
}

/** Why full operation, which is due, does not come yet; empty: nothing stands in the way of what is due. */
async function takeOverWaits(
	{ fleet, operation }: FleetDesk,
	{ adoption, unattended }: { adoption: Adoption; unattended?: boolean },
	order: Order,
): Promise<string> {
	if (order.order !== "take over") return "";
	const next = operation.next!;
	if (!fleet.information(next)) return `CA information ${next} is not signed yet`;
	const census = await adoption.read();
	if (unattended || isEnough(shareOf(bandsOf(census, next, adoption.days)))) return "";
	return `${orderText(order)}, says the plan; it waits: ${adoptionText(census, next, adoption.days)[0]}. Say baton take-over`;
}

/** Changes when the operation or a signed CA information does. */
function changed(fleet: Fleet): string {
	const stamp = (file: string) => {
		const stat = statSync(file, { throwIfNoEntry: false });
		return stat ? `${stat.ctimeMs}/${stat.size}/${stat.ino}` : "-";
	};
	const parts = ["information.cbor", "download/server.key", "download/server.pem"];
	return [
		join(fleet.folder, "operation.json"),
		...fleet.generations.flatMap(of => parts.map(part => join(fleet.folder, "authority", String(of), part))),
	]
		.map(stamp)
		.join(" ");
}

/** Says what is new, once. */
class Teller {
	readonly #told = new Map<string, string>();

	tell(about: string, lines: string[]): void {
		const text = lines.join("\n");
		if ((this.#told.get(about) ?? "") === text) return;
		this.#told.set(about, text);
		for (const line of lines) say(line);
	}
}

function say(text: string): void {
	process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}
