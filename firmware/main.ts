// Composition only: what a board provides and what is burnt in, put together into a device.

import { Authenticator } from "./authenticator.js";
import { Credits } from "./credits.js";
import { hasHssLms } from "./crypto/hss-lms.js";
import { Device, LONGEST_DELAY, Sessions } from "./device.js";
import { type DeviceEvent, formatEvent, slotEvent } from "./events.js";
import { Poller, pace } from "./poller.js";
import type { Board } from "./ports.js";
import { BoardNetwork, type Network } from "./session.js";
import type { Settings } from "./settings.js";
import { TokenBucket } from "./token-bucket.js";
import { isPair } from "./trust/dl-key.js";
import { type SlotReport, Slots } from "./trust/slots.js";
import { Updater } from "./updater.js";
import { parseURL } from "./url.js";

/**
 * Boots: reads and repairs the slots, and says what it found, before any connection. Throws DecodeError or
 * CertificateError if what is burnt in (factory CA information, service URL) cannot be used, RangeError for a delay that
 * no timer takes. `connections`: in the place of the board's sockets.
 */
export function main(board: Board, settings: Settings, connections?: Network): Device {
	const { timer, random } = board;
	const { fragmentLength, nameAuthorities } = settings;
	const { deadline = 60_000, serviceInterval = 3_600_000, pollInterval = 30 * 24 * 3_600_000 } = settings;
	const { creditTicks, creditsPerPoll } = pace(pollInterval);
	for (const delay of [deadline, serviceInterval, creditTicks])
		if (!(delay >= 0 && delay <= LONGEST_DELAY))
			throw new RangeError(`expected 0 to ${LONGEST_DELAY} ms, got ${delay}`);
	if (!hasHssLms && settings.dlKeys.some(isPair)) throw new RangeError("this build has no HSS/LMS for its DL keys");
	const report = (event: DeviceEvent) => board.print(formatEvent(event));
	const network = connections ?? new BoardNetwork(board, deadline, { fragmentLength, nameAuthorities });

	const fleet = { name: settings.fleet, dlKeys: settings.dlKeys, retiredDlKeys: settings.retiredDlKeys };
	const service = parseURL(settings.service);

	const slots = new Slots([board.openFlash("ca0"), board.openFlash("ca1")], settings.factory, fleet);
	const reportSlot = (told: SlotReport) => report(slotEvent(told));
	slots.repair(reportSlot);
	report({ event: "boot", ...slots.view });
	if (slots.candidate) report({ event: "held", generation: slots.candidate.generation });

	const sessions = new Sessions(() => slots.refresh(reportSlot));
	const updater = new Updater({ network, slots, report, onAnswered: () => poller.answered() });
	const bucket = new TokenBucket(timer, Math.ceil(creditTicks / 2)); // a credit is 30 minutes, a token 15
	const authenticator = new Authenticator({
		network,
		slots,
		updater,
		bucket,
		later: update => void sessions.run(update),
		report,
	});
	const credits = new Credits(board.openFlash("poll"), () =>
		report({ event: "failed", partition: "poll", reason: "poll partition failed" }),
	);
	const poller = new Poller({
		credits,
		timer,
		random,
		creditTicks,
		creditsPerPoll,
		poll: () => sessions.run(() => updater.poll()),
		onCredit: () => void sessions.run(async () => {}), // its beginning: what flash has refused is tried again
	});
	return new Device({ timer, random, authenticator, updater, poller, bucket, sessions, service, serviceInterval });
}
