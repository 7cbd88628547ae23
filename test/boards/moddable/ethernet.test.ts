// boards/esp32/ethernet.ts, with a driver that answers as the SDK's C does (modules/io/ethernet/esp32): it takes up a
// link and asks for an address by itself, and reports each change.

import { join } from "node:path";
import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";
import { VirtualClock } from "../../virtual-clock.js";

class Driver {
	static last: Driver;
	static fault: string | undefined;
	connection = 200;
	readonly address = "192.168.1.23";
	asked = 0;
	readonly #onChanged: () => void;

	constructor({ onChanged }: { onChanged(): void }) {
		if (Driver.fault) throw new Error(Driver.fault);
		this.#onChanged = onChanged;
		Driver.last = this;
	}

	connect(): void {
		this.asked++;
		if (this.asked > 1) throw new Error("already connecting");
	}

	becomes(connection: number): void {
		this.connection = connection;
		this.#onChanged();
	}
}

type KeepConnected = typeof import("../../../boards/sdk-linux/network.js").keepConnected;

Object.assign(globalThis, { Driver });
const { outputFiles } = await build({
	absWorkingDir: root,
	entryPoints: ["boards/esp32/ethernet.ts"],
	bundle: true,
	format: "esm",
	write: false,
	plugins: [
		{
			name: "SDK",
			setup({ onResolve, onLoad }) {
				onResolve({ filter: /^(embedded:|board\/natives$)/ }, ({ path }) => ({ path, namespace: "SDK" }));
				onResolve({ filter: /^board\/guard$/ }, () => ({ path: join(root, "boards/moddable/guard.ts") }));
				onLoad({ filter: /.*/, namespace: "SDK" }, ({ path }) => ({
					contents: path === "board/natives" ? "export const print = () => {};" : "export default Driver;",
				}));
			},
		},
	],
});
const { keepConnected }: { keepConnected: KeepConnected } = await import(
	`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);

function start() {
	const clock = new VirtualClock();
	const lines: string[] = [];
	const state = { connected: 0 };
	keepConnected(
		clock,
		line => lines.push(line),
		() => void state.connected++,
	);
	return { clock, lines, state, driver: Driver.last };
}

test("a link and an address: connected, once, and no timer is left", () => {
	const { clock, lines, state, driver } = start();
	driver.becomes(400);
	driver.becomes(500);
	driver.becomes(500);
	assert.equal(lines, ["# ethernet: connected, 192.168.1.23"]);
	assert.is(state.connected, 1);
	assert.is(clock.waiting, 0);
});

test("no cable, then no address: each is said every half minute, and an address is asked for", () => {
	const { clock, lines, driver } = start();
	clock.advance(60_000);
	driver.becomes(400);
	clock.advance(60_000);
	const [noCable, noAddress] = ["# ethernet: no cable: waiting for one", "# ethernet: no address: asking again"];
	assert.equal(lines, [noCable, noCable, noAddress, noAddress]);
	assert.is(driver.asked, 2); // the driver's refusal of the second is no matter
	driver.becomes(500);
	assert.is(clock.waiting, 0);
});

test("a link that goes and comes back is told, for ever", () => {
	const { lines, state, driver } = start();
	for (let i = 0; i < 3; i++) {
		driver.becomes(500);
		driver.becomes(200);
	}
	driver.becomes(500);
	assert.is(state.connected, 4);
	assert.is(lines.filter(line => line === "# ethernet: lost").length, 3);
});

test("a driver that cannot start is said, and the device waits", () => {
	Driver.fault = "open_eth: error 0x101";
	const { clock, lines } = start();
	Driver.fault = undefined;
	assert.equal(lines, ["# ethernet: Error: open_eth: error 0x101: waiting without a network"]);
	assert.is(clock.waiting, 0);
});

test.run();
