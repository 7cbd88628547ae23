// `embedded:network/interface/ethernet` on the emulator's open_eth, for which the SDK has no driver: as much of it as
// boards/esp32/ethernet.ts uses. Changes are looked for, since nobody else hears of them.

import Timer from "timer";

const LOOK_EVERY = 250; // ms

export default class Ethernet {
	#connection = 200;

	constructor({ onChanged }: { onChanged?: (property: "connection") => void }) {
		start();
		Timer.repeat(() => {
			const { connection } = this;
			if (connection === this.#connection) return;
			this.#connection = connection;
			onChanged?.("connection");
		}, LOOK_EVERY);
	}

	/** It asks for an address as soon as there is a link, and goes on. */
	connect(): void {}

	get connection(): number {
		if (!isLinked()) return 200;
		return address() === undefined ? 400 : 500;
	}

	get address(): string | undefined {
		return address();
	}
}

function start(this: void): void {
	return native("xs_baton_open_eth_start").call(this);
}
function isLinked(this: void): boolean {
	return native("xs_baton_open_eth_is_linked").call(this);
}
function address(this: void): string | undefined {
	return native("xs_baton_open_eth_address").call(this);
}
