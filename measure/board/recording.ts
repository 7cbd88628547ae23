// What servers said to a device once, so that it can be said again, byte for byte: then the instructions that the
// device takes for it are the same in every run. `recording.json` holds five lives of devices.
//
// classical: three runs, one after the other on the same flash. New, the device authenticates the service by CA 1 and
// stores CA information 2; then it does so again and its poll finds nothing new; then the service has moved to CA 2, and
// the device promotes. All keys are Ed25519.
// post-quantum, post-quantum-hybrid: the DL keys are pairs (Ed25519 and HSS-LMS), CA 1 signs by Ed25519, CA 2 and its
// servers by ML-DSA-44. The same three runs, and a fourth in which CA 2 is current. Keys are agreed on by X25519, or by
// X25519MLKEM768, whose share is sent.
// p256, rsa: one run of a new device whose CA and whose service have P-256 or RSA-2048 keys.
//
// The device's own randomness has to be the recording's: `fixedRandomness`. That is for this measurement alone.

import type { KeyExchange } from "../../firmware/ports.js";
import type { Settings } from "../../firmware/settings.js";
import { readDlKey } from "../../firmware/trust/dl-key.js";

export interface Recording {
	fleet: string;
	factory: string; // hexadecimal
	dlKeys: string[]; // hexadecimal
	service: string;
	/** Whose key share is sent. */
	keyExchange: KeyExchange;
	runs: Run[];
}

/** From one power-on. */
export interface Run {
	/** In the order in which they were opened. */
	connections: Connection[];
	/** The names of the events that the device printed. */
	events: string[];
}

export interface Connection {
	host: string;
	/** What the server sent when the device had sent `after` bytes in all; 1 KB a line: XS has a stack for no more lines. */
	said: { after: number; hex: string[] }[];
}

/** What session.ts is to do, as the text of the board's settings. */
export interface Replay {
	life: "classical" | "post-quantum" | "post-quantum-hybrid" | "p256" | "rsa";
	run: number; // from 0
	/** ms between what a server says and what it says next; default 0. */
	delay?: number;
}

/** The name of the event that a line of the device's tells of. */
export function eventOf(line: string): string {
	return line.split(" ", 1)[0]!;
}

export function settingsOf({ fleet, factory, dlKeys, service, keyExchange }: Recording): Settings {
	return {
		fleet,
		factory: fromHex(factory),
		dlKeys: dlKeys.map(key => readDlKey(fromHex(key))!),
		service,
		keyExchange,
	};
}

export function fromHex(hex: string): Uint8Array {
	const bytes = new Uint8Array(hex.length / 2);
	for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
	return bytes;
}

/**
 * A generator that nobody should mistake for a random one, another for each run: the upper byte of a linear
 * congruential sequence.
 */
export function fixedRandomness(run: number): (bytes: Uint8Array) => void {
	let state = run + 1;
	return bytes => {
		for (let i = 0; i < bytes.length; i++) {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			bytes[i] = state >>> 24;
		}
	};
}
