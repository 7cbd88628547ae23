// A firmware of one's own with CA renewal in it: it asks its service with the SDK's HTTP client, over TLS 1.3, and
// trusts the CAs in Baton's slots; Baton polls for new CA information beside it. docs/add-ca-renewal.md explains it.

import HTTPClient from "embedded:network/http/client";
import { isReasonToUpdate } from "baton/authenticator";
import { Credits } from "baton/credits";
import { Sessions } from "baton/device";
import { formatEvent, slotEvent } from "baton/events";
import { Poller, pace } from "baton/poller";
import { BoardNetwork } from "baton/session";
import { TokenBucket } from "baton/token-bucket";
import { Slots } from "baton/trust/slots";
import { Updater } from "baton/updater";
import { parseURL } from "baton/url";
import { board } from "board/board";
import { HTTPSocket } from "board/http-socket";
import { keepConnected } from "board/network";
import { provisionedSettings } from "board/provisioned";
import type { DeviceEvent } from "../../firmware/events.js";

const DEADLINE = 60_000; // ms, of a session
const INTERVAL = 3_600_000; // ms between two requests

export default function () {
	const settings = provisionedSettings();
	const ports = board(settings.map);
	const report = (event: DeviceEvent) => ports.print(formatEvent(event));

	// 1. The CAs that this device trusts, repaired before any connection.
	const fleet = { name: settings.fleet, dlKeys: settings.dlKeys, retiredDlKeys: settings.retiredDlKeys };
	const slots = new Slots([ports.openFlash("ca0"), ports.openFlash("ca1")], settings.factory, fleet);
	slots.repair(told => report(slotEvent(told)));

	// 2. Their renewal: every 30 days, and at once when the service is signed by a CA that is not known.
	const sessions = new Sessions(() => slots.refresh(told => report(slotEvent(told)))); // one at a time has the memory
	const network = new BoardNetwork(ports, DEADLINE);
	const updater = new Updater({ network, slots, report, onAnswered: () => poller.answered() });
	const bucket = new TokenBucket(ports.timer, 900_000);
	const poller = new Poller({
		...pace(settings.pollInterval),
		credits: new Credits(ports.openFlash("poll"), () =>
			report({ event: "failed", partition: "poll", reason: "poll partition failed" }),
		),
		timer: ports.timer,
		random: ports.random,
		poll: () => sessions.run(() => updater.poll()),
	});

	// 3. The service, asked as this firmware likes.
	const service = parseURL(settings.service);

	/** Resolves with the response's body; rejects with what ended the connection. */
	function get(): Promise<string> {
		const { anchors } = slots;
		return new Promise((resolve, reject) => {
			let cause: Error | undefined,
				body = "";
			const alarm = ports.timer.set(() => end(new Error("time-out")), DEADLINE);
			const client = new HTTPClient({
				host: service.host,
				port: service.port,
				dns: { io: Names },
				socket: {
					io: HTTPSocket,
					anchors: anchors.map(({ information }) => information.anchor),
					random: ports.random,
					timer: ports.timer,
					onAuthenticated(anchor: number) {
						updater.proved(anchors[anchor]); // and no other, whatever has come into the slots meanwhile
					},
					onEnded: (error?: Error) => (cause = error),
				},
				onError: () => end(cause ?? new Error("connection lost")),
			});
			client.request({
				path: service.path,
				headers: new Map([
					["user-agent", updater.userAgent],
					["connection", "close"],
				]),
				onReadable() {
					const part = this.read();
					if (part) body += String.fromCharCode(...new Uint8Array(part));
				},
				onDone: error => end(error ? (cause ?? error) : undefined),
			});

			function end(error?: Error): void {
				ports.timer.clear(alarm);
				client.close();
				if (error) reject(error);
				else resolve(body);
			}
		});
	}

	/** As above; looks for a newer CA, and tries once more, if none that is trusted has signed the service. */
	async function ask(): Promise<void> {
		try {
			ports.print(`# the service says: ${(await get()).trim()}`);
		} catch (error) {
			ports.print(`# the service could not be asked: ${error instanceof Error ? error.message : error}`);
			if (!isReasonToUpdate(error) || !bucket.take(() => void sessions.run(() => updater.updateOnDemand()))) return;
			if (await updater.updateOnDemand()) ports.print(`# the service says: ${(await get()).trim()}`);
		}
	}

	function askForEver(): void {
		sessions
			.run(ask)
			.catch(error => ports.print(`# ${error}`))
			.then(() => ports.timer.set(askForEver, settings.serviceInterval ?? INTERVAL));
	}

	/** The HTTP client's resolver, made of the board's. */
	class Names {
		resolve({ host, onResolved, onError }: NameRequest): void {
			ports.resolver.resolve({
				host,
				port: service.port,
				onResolved: ([first]) => onResolved(host, first.address),
				onError: () => onError(new Error("name not resolved")),
			});
		}
	}

	let isRunning = false;
	keepConnected(ports.timer, ports.print, () => {
		if (isRunning) return;
		isRunning = true;
		poller.start();
		askForEver();
	});
}

interface NameRequest {
	host: string;
	onResolved(host: string, address: string): void;
	onError(error: Error): void;
}
