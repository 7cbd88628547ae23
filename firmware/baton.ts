// CA renewal in one object, for a firmware of one's own and for ours (main.ts): it repairs the slots before anything
// else, polls for CA information, gives connections to servers that have proved themselves, and keeps to one handshake
// at a time. docs/add-ca-renewal.md shows it at work; its parts can be used alone.

import { Authenticator } from "./authenticator.js";
import { type ClientOptions, ClientSocket, NameTaken } from "./client-socket.js";
import { Credits } from "./credits.js";
import { hasHssLms } from "./crypto/hss-lms.js";
import { type DeviceEvent, formatEvent, slotEvent } from "./events.js";
import { Poller, type PollResult, pace } from "./poller.js";
import type { Board, TimerID } from "./ports.js";
import { BoardNetwork, type ConnectionEvents, type Network } from "./session.js";
import { Sessions } from "./sessions.js";
import type { Settings } from "./settings.js";
import type { TLSSocket } from "./tls/socket.js";
import { TokenBucket } from "./token-bucket.js";
import { TransportError } from "./transport.js";
import { isPair } from "./trust/dl-key.js";
import { type SlotReport, Slots } from "./trust/slots.js";
import { type Outcome, Updater } from "./updater.js";
import type { HttpsURL } from "./url.js";

export const LONGEST_DELAY = 2 ** 31 - 1; // ms: with a longer delay a platform's timer fires at once

/** If each session ended in a restart, the first would wait for a minute, then for two, up to an hour. */
const SHORTEST_PAUSE = 60_000,
	LONGEST_PAUSE = 3_600_000,
	STEADY_AFTER = 600_000; // ms

export interface BatonOptions {
	/** What the board provides. */
	ports: Board;
	/** What is burnt in or provisioned; of a service nothing is needed. */
	settings: Omit<Settings, "service" | "serviceInterval">;
	/** What happens. Default: a line on the console for each. */
	report?(event: DeviceEvent): void;
	/** In the place of the board's sockets. */
	network?: Network;
}

export class Baton {
	readonly slots: Slots;
	readonly updater: Updater;
	readonly poller: Poller;
	readonly sessions: Sessions;
	readonly authenticator: Authenticator;
	readonly #bucket: TokenBucket;
	readonly #ports: Board;
	readonly #sockets: BoardNetwork;
	#isStarted = false;
	#isFlashDue = false;
	#pause?: TimerID;

	/**
	 * Reads and repairs the slots, and says what it found. Throws DecodeError or CertificateError if what is burnt in
	 * cannot be used, RangeError for a delay that no timer takes.
	 */
	constructor({ ports, settings, network, report = event => ports.print(formatEvent(event)) }: BatonOptions) {
		const { timer, random } = ports;
		const { fragmentLength, nameAuthorities, keyExchange } = settings;
		const { deadline = 60_000, pollInterval = 30 * 24 * 3_600_000 } = settings;
		const { creditTicks, creditsPerPoll } = pace(pollInterval);
		expectDelay(deadline);
		expectDelay(creditTicks);
		if (!hasHssLms && settings.dlKeys.some(isPair)) throw new RangeError("this build has no HSS/LMS for its DL keys");
		this.#ports = ports;
		this.#sockets = new BoardNetwork(ports, deadline, { fragmentLength, nameAuthorities, keyExchange });

		const fleet = { name: settings.fleet, dlKeys: settings.dlKeys, retiredDlKeys: settings.retiredDlKeys };
		const slots = new Slots([ports.openFlash("ca0"), ports.openFlash("ca1")], settings.factory, fleet);
		const reportSlot = (told: SlotReport) => report(slotEvent(told));
		slots.repair(reportSlot);
		report({ event: "boot", ...slots.view });
		if (slots.candidate) report({ event: "held", generation: slots.candidate.generation });

		const connections = network ?? this.#sockets;
		this.slots = slots;
		this.sessions = new Sessions(() => slots.refresh(reportSlot), this.#recover());
		this.updater = new Updater({
			network: connections,
			slots,
			report,
			onAnswered: () => this.poller.answered(),
		});
		this.#bucket = new TokenBucket(timer, Math.ceil(creditTicks / 2)); // a credit is 30 minutes, a token 15
		this.authenticator = new Authenticator({
			network: connections,
			slots,
			updater: this.updater,
			bucket: this.#bucket,
			later: update => void this.sessions.run(update),
			report,
		});
		const credits = new Credits(ports.openFlash("poll"), () =>
			report({ event: "failed", partition: "poll", reason: "poll partition failed" }),
		);
		this.poller = new Poller({
			credits,
			timer,
			random,
			creditTicks,
			creditsPerPoll,
			poll: () => this.poll(),
			onCredit: () => this.#tryFlash(),
		});
	}

	/** The network is there: polls from now on. Once or more often. */
	start(): void {
		if (this.#isStarted) return;
		this.#isStarted = true;
		this.poller.start();
	}

	/** No poll begins after this; a session that is under way ends by itself. */
	stop(): void {
		this.#isStarted = false;
		this.poller.stop();
		this.#bucket.stop();
		if (this.#pause !== undefined) this.#ports.timer.clear(this.#pause);
		this.#pause = undefined;
	}

	/**
	 * A connection to a server of your own, when it has proved itself by a CA of the slots and no other session is under
	 * way. Where none of them has signed it: looks for a newer one at once and, if there is one, connects again. Rejects
	 * with a RefusedError (what the server sent proves nothing) or an UnavailableError (try again later). Then the
	 * connection is the caller's, `events` tell of it, and the next session may begin beside it.
	 */
	connect(host: string, port: number, events: ConnectionEvents = {}): Promise<TLSSocket> {
		return this.sessions.run(() => {
			if (events.isWanted?.() === false) throw new TransportError("connection lost");
			return this.authenticator.connect((anchors, proved) =>
				this.#sockets.open({ host, port }, anchors, events, proved),
			);
		});
	}

	/**
	 * For the Moddable SDK's clients, of HTTP, MQTT or WebSocket: `new MQTTClient({ ...baton.client, host, port: 8883 })`.
	 */
	get client(): ClientOptions {
		return { dns: { io: NameTaken }, socket: { io: ClientSocket, baton: this } };
	}

	/** One session with the service at `url`, when no other is under way. Gives whether it has proved itself; never rejects. */
	authenticate(url: HttpsURL): Promise<boolean> {
		return this.sessions.run(() => this.authenticator.authenticate(url));
	}

	/** Asks for CA information, when no session is under way. */
	poll(): Promise<PollResult> {
		return this.sessions.run(() => this.updater.poll());
	}

	/** Takes a CA information that came by no network. Says what became of it. */
	offer(bytes: Uint8Array): Outcome | "refused" {
		return this.updater.offer(bytes);
	}

	/** A session tries again what flash has refused. One waits at most, however long the session under way may take. */
	#tryFlash(): void {
		if (this.#isFlashDue) return;
		this.#isFlashDue = true;
		void this.sessions.run(async () => {
			this.#isFlashDue = false;
		});
	}

	/** Resolves when sessions may begin: at once, unless the board has restarted by itself. */
	#recover(): Promise<void> {
		const { timer, print, restarts, steady } = this.#ports;
		const count = restarts?.() ?? 0;
		if (count === 0) return Promise.resolve();
		const pause = Math.min(SHORTEST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE);
		print(`# restarts in a row: ${count}: the first session waits ${pause / 1000} s`);
		return new Promise(resolve => {
			this.#pause = timer.set(() => {
				this.#pause = timer.set(() => {
					this.#pause = undefined;
					steady?.();
				}, STEADY_AFTER);
				resolve();
			}, pause);
		});
	}
}

/** Throws RangeError for a delay that no timer takes. */
export function expectDelay(milliseconds: number): void {
	if (!(milliseconds >= 0 && milliseconds <= LONGEST_DELAY))
		throw new RangeError(`expected 0 to ${LONGEST_DELAY} ms, got ${milliseconds}`);
}
