// The page on which a person watches a fleet, or a rehearsal, and can revoke an authority. It listens on 127.0.0.1 unless
// told otherwise. State and commands need a token that stands in the page's address behind `#`, where no server, log or
// other site sees it; commands also come from the page's own origin alone, and only under the name it listens on
// (a name that another site makes lead here, DNS rebinding, is refused).

import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Finding } from "../check.js";
import type { Authority, DownloadServer } from "../operator.js";

export interface UiState {
	title: string;
	/** Years since authority A's beginning, and where the timeline ends. */
	year: number;
	end: number;
	authorities: Authority[];
	/** `serves`: the generation of a CA information; without it the server answers 404. */
	downloadServers: (DownloadServer & { host: string; serves?: number })[];
	/** The service presents this generation. */
	full: number;
	devices: { name: string; state: string; current: number | null; next: number | null }[];
	/** A real fleet's dates: when year 0 was (ISO 8601), and how long a year is in ms. A rehearsal has years alone. */
	calendar?: { begins: string; year: number };
	/** Authorities that the plan will bring. */
	planned?: { letter: string; from: number; until: number; fullFrom?: number }[];
	/** What comes by date, next. */
	coming?: { date: string; what: string; remedy: string };
	/** The gravest first. */
	alarms?: Finding[];
	services?: { service: string; certificates: { letter: string; until: string }[]; missing: string[] }[];
	/** Of this CA; bands by the age of devices' last word, in days up to which, the last without end. */
	adoption?: { letter: string; requests: number; bands: { days: number | null; devices: number; with: number }[] };
	/** The newest last, numbered from 1. */
	events: { number: number; year: number; text: string; bad: boolean }[];
	/** What is over; shown above all. */
	notice?: string;
}

export interface UiSource {
	state(): UiState | Promise<UiState>;
	/** Rejects with a message for the person who asked. */
	revoke(generation: number): Promise<void>;
}

const files: Record<string, { file: string; type: string }> = {
	"/": { file: "page.html", type: "text/html; charset=utf-8" },
	"/page.css": { file: "page.css", type: "text/css; charset=utf-8" },
	"/page.js": { file: "page.js", type: "text/javascript; charset=utf-8" },
};
const MOST_BODY = 1_024; // bytes of a command

export class UiServer {
	readonly #server: Server;
	readonly #token: string;

	static async open(source: UiSource, { address = "127.0.0.1", port = 0 } = {}): Promise<UiServer> {
		const token = randomBytes(24).toString("base64url");
		const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8_192 });
		server.maxConnections = 64;
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host: address, port }, resolve);
		});
		return new UiServer(server, source, token, address);
	}

	private constructor(server: Server, source: UiSource, token: string, address: string) {
		this.#server = server;
		this.#token = token;
		const { port } = server.address() as AddressInfo;
		const hosts = new Set([`${address}:${port}`, ...(address === "127.0.0.1" ? [`localhost:${port}`] : [])]);
		server.on("request", (request, response) => {
			answer(request, response, source, token, hosts).catch(error => {
				if (!response.headersSent) reply(response, 500, { error: (error as Error).message });
			});
		});
	}

	/** For the person: the token is behind `#`. */
	get url(): string {
		const { address, port } = this.#server.address() as AddressInfo;
		return `http://${address}:${port}/#${this.#token}`;
	}

	close(): Promise<void> {
		return new Promise(resolve => {
			this.#server.close(() => resolve());
			this.#server.closeAllConnections();
		});
	}
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	source: UiSource,
	token: string,
	hosts: Set<string>,
): Promise<void> {
	const { method, url = "", headers } = request;
	if (!hosts.has(headers.host ?? "")) return reply(response, 421, { error: "another name leads here" });
	if (method === "GET" && Object.hasOwn(files, url)) return sendFile(response, files[url]);
	if (url !== "/state" && url !== "/revoke") return reply(response, 404, { error: "nothing here" });
	if (!sameToken(headers["x-baton-token"], token))
		return reply(response, 403, { error: "no token, or another run's: open the address that baton printed" });
	if (url === "/state") {
		if (method !== "GET") return reply(response, 405, { error: "GET" });
		return reply(response, 200, await source.state());
	}
	if (method !== "POST") return reply(response, 405, { error: "POST" });
	if (headers.origin !== `http://${headers.host}`)
		return reply(response, 403, { error: "a command from another origin" });
	if (headers["content-type"] !== "application/json") return reply(response, 415, { error: "application/json" });
	const generation = await readGeneration(request);
	if (generation === undefined) return reply(response, 400, { error: 'expected {"generation": N}' });
	try {
		await source.revoke(generation);
		reply(response, 200, {});
	} catch (error) {
		reply(response, 409, { error: (error as Error).message });
	}
}

function sendFile(response: ServerResponse, { file, type }: { file: string; type: string }): void {
	const body = readFileSync(new URL(file, import.meta.url));
	response.writeHead(200, { ...security, "Content-Type": type, "Content-Length": body.length });
	response.end(body);
}

function reply(response: ServerResponse, status: number, content: object): void {
	const body = Buffer.from(JSON.stringify(content));
	response.writeHead(status, { ...security, "Content-Type": "application/json", "Content-Length": body.length });
	response.end(body);
}

const security = {
	"Content-Security-Policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Cache-Control": "no-store",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
	"Cross-Origin-Resource-Policy": "same-origin",
};

function sameToken(given: string | string[] | undefined, token: string): boolean {
	const [a, b] = [Buffer.from(String(given)), Buffer.from(token)];
	return a.length === b.length && timingSafeEqual(a, b);
}

async function readGeneration(request: IncomingMessage): Promise<number | undefined> {
	let body = "";
	for await (const piece of request) {
		body += piece;
		if (body.length > MOST_BODY) return undefined;
	}
	try {
		const { generation } = JSON.parse(body);
		return Number.isInteger(generation) && generation >= 1 && generation <= 65_535 ? generation : undefined;
	} catch {
		return undefined;
	}
}
