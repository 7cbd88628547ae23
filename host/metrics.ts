// What Prometheus reads (text format 0.0.4), and whether all is well: on a port of its own, best one that only the
// monitoring reaches. Names and labels are few and fixed, whatever clients send.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Adoption, bandsOf } from "./adoption.js";
import type { Finding } from "./check.js";
import type { FleetDesk } from "./fleet-desk.js";
import type { Access } from "./https-endpoint.js";
import { comingDates } from "./reminders.js";

export interface MetricsOptions {
	desk: FleetDesk;
	adoption: Adoption;
	/** Connections that are open. */
	connections(): number;
	/** What `baton check` says, no older than it needs to be. */
	findings(): Finding[];
	version: string;
}

const DAY = 86_400_000; // ms
const MOST_GROUPS = 50; // devices that hold the same, in one line each
const OUTCOMES = ["connected", "authenticated", "refused", "dropped"] as const;

export class Metrics {
	readonly #options: MetricsOptions;
	readonly #outcomes = new Map<string, number>(OUTCOMES.map(what => [what, 0]));
	readonly #responses = new Map<number, number>([200, 404].map(status => [status, 0]));
	readonly #devices = { asked: 0 };

	constructor(options: MetricsOptions) {
		this.#options = options;
	}

	hear({ what, status = 0, userAgent }: Access): void {
		if (what !== "request") {
			this.#outcomes.set(what, (this.#outcomes.get(what) ?? 0) + 1);
			return;
		}
		this.#responses.set(status, (this.#responses.get(status) ?? 0) + 1);
		if (userAgent?.startsWith("baton/1 ")) this.#devices.asked++;
	}

	/** Rejects with OperatorError if the fleet cannot be read. */
	async text(now = new Date()): Promise<string> {
		const { desk, adoption, connections, findings, version } = this.#options;
		const { fleet, operation } = desk;
		const census = await adoption.read();
		const asked = operation.next ?? operation.full;
		const bands = bandsOf(census, asked, adoption.days, now.getTime());
		const [coming] = comingDates(fleet, operation);
		const { backedUp, lastOrder } = fleet;
		const all = findings();
		const weights = ["danger", "due", "note"] as const;
		const held = new Map<string, number>();
		for (const { current, next, heard } of census.groups) {
			const labels = `current="${current ?? "-"}",next="${next ?? "-"}"`;
			held.set(labels, (held.get(labels) ?? 0) + heard.length);
		}
		return [
			metric("baton_info", "gauge", "The version of baton.", [[`version="${version}"`, 1]]),
			metric(
				"baton_connections_total",
				"counter",
				"Connections to the download servers, by what came of them.",
				[...this.#outcomes].map(([what, number]) => [`outcome="${what}"`, number]),
			),
			metric("baton_connections", "gauge", "Connections that are open.", [["", connections()]]),
			metric(
				"baton_responses_total",
				"counter",
				"Responses of the download servers; status 0: the client was gone before its end.",
				[...this.#responses].map(([status, number]) => [`status="${status}"`, number]),
			),
			metric("baton_device_requests_total", "counter", "Requests by devices.", [["", this.#devices.asked]]),
			metric("baton_generation", "gauge", "Generation in operation, by phase.", [
				['phase="full"', operation.full],
				...(operation.next === undefined ? [] : [['phase="provisional"', operation.next] as Sample]),
			]),
			metric(
				"baton_devices",
				"gauge",
				"Devices by what they last said that they hold, estimated from access logs; unauthenticated.",
				[...held].slice(0, MOST_GROUPS),
			),
			metric(
				"baton_adoption_devices",
				"gauge",
				`Devices by the age of their last word in days, and whether they hold the generation that is to be adopted.`,
				bands.flatMap(({ days, devices, with: having }): Sample[] => {
					const heard = `generation="${asked}",heard_days="${Number.isFinite(days) ? days : "+Inf"}"`;
					return [
						[`${heard},adopted="yes"`, having],
						[`${heard},adopted="no"`, devices - having],
					];
				}),
			),
			metric("baton_unsigned", "gauge", "CA information that is in force and waits for its signature.", [
				["", fleet.unsignedGenerations(operation).length],
			]),
			metric(
				"baton_findings",
				"gauge",
				"What baton check says, by weight: danger, due, note.",
				weights.map(weight => [`weight="${weight}"`, all.filter(one => one.weight === weight).length]),
			),
			...(coming
				? [
						metric("baton_next_step_days", "gauge", "Days to what comes by date; below 0 it is past.", [
							["", round((coming.date.getTime() - now.getTime()) / DAY)],
						]),
					]
				: []),
			metric("baton_last_order_timestamp_seconds", "gauge", "When the last order was given.", [
				["", seconds(lastOrder)],
			]),
			...(backedUp
				? [
						metric("baton_last_backup_timestamp_seconds", "gauge", "When baton was last told of a backup.", [
							["", seconds(backedUp)],
						]),
					]
				: []),
		].join("");
	}

	/** Undefined: all is well. */
	trouble(): string | undefined {
		const grave = this.#options.findings().filter(({ weight }) => weight === "danger");
		return grave.length === 0 ? undefined : grave.map(({ what }) => what).join("\n");
	}
}

type Sample = [labels: string, value: number];

function metric(name: string, type: "counter" | "gauge", help: string, samples: Sample[]): string {
	const lines = samples.map(([labels, value]) => `${name}${labels === "" ? "" : `{${labels}}`} ${value}\n`);
	return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function seconds(date: Date): number {
	return Math.floor(date.getTime() / 1_000);
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

/**
 * `/metrics`; `/health`: 200 if all is well, 503 if devices are or will be cut off; `/live`: 200 as long as anybody answers,
 * for who would start it anew otherwise, which mends nothing else. Rejects with the system's error.
 */
export class MetricsServer {
	readonly #server: Server;

	static async open(metrics: Metrics, place: { address?: string; port: number }): Promise<MetricsServer> {
		const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8_192 });
		server.maxConnections = 64;
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host: place.address ?? "127.0.0.1", port: place.port }, resolve);
		});
		server.on("request", async ({ method, url }, response): Promise<unknown> => {
			const reply = (status: number, body: string, type = "text/plain; charset=utf-8") =>
				response
					.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store", Connection: "close" })
					.end(body);
			if (method !== "GET" && method !== "HEAD") return reply(405, "GET\n");
			try {
				if (url === "/metrics") return reply(200, await metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
				if (url === "/live") return reply(200, "ok\n");
				if (url !== "/health") return reply(404, "/metrics, /health, /live\n");
				const trouble = metrics.trouble();
				return reply(trouble === undefined ? 200 : 503, `${trouble ?? "ok"}\n`);
			} catch (error) {
				return reply(503, `${(error as Error).message}\n`);
			}
		});
		return new MetricsServer(server);
	}

	private constructor(server: Server) {
		this.#server = server;
	}

	get place(): { address: string; port: number } {
		return this.#server.address() as AddressInfo;
	}

	close(): Promise<void> {
		return new Promise(resolve => {
			this.#server.close(() => resolve());
			this.#server.closeAllConnections();
		});
	}
}
