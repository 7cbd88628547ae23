// boards/esp32/network.ts, with a radio that answers as the SDK's C does (modules/io/wifi/esp32): it reports a change of
// its state and no other, reports none for `disconnect`, and throws where the driver refuses.

import { join } from "node:path";
import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";
import { VirtualClock } from "../../virtual-clock.js";

class Radio {
	static last: Radio;
	static refuses = false;
	connection = 200;
	readonly address = "192.168.1.23";
	readonly attempts: { SSID: string; password?: string; at: number }[] = [];
	disconnections = 0;
	readonly #clock = clock;
	readonly #onChanged: () => void;

	constructor({ onChanged }: { onChanged(): void }) {
		this.#onChanged = onChanged;
		Radio.last = this;
	}

	connect(credentials: { SSID: string; password?: string }): void {
		if (this.connection === 300) throw new Error("already connecting");
		this.attempts.push({ ...credentials, at: this.#clock.now });
		if (Radio.refuses) throw new Error("connect failed");
		this.connection = 300;
	}

	disconnect(): void {
		this.disconnections++;
		this.connection = 200;
	}

	/** What happens in the air. */
	becomes(connection: number): void {
		if (connection === this.connection) return;
		this.connection = connection;
		this.#onChanged();
	}
}

type KeepConnected = typeof import("../../../boards/sdk-linux/network.js").keepConnected;

let clock = new VirtualClock();
const config: { ssid?: string; password?: string } = {};
const doubles: Record<string, unknown> = {
	"embedded:network/interface/wifi": Radio,
	"mc/config": config,
};

const keepConnected = await load();

async function load(): Promise<KeepConnected> {
	Object.assign(globalThis, { doubles });
	const { outputFiles } = await build({
		absWorkingDir: root,
		entryPoints: ["boards/esp32/network.ts"],
		bundle: true,
		format: "esm",
		write: false,
		plugins: [
			{
				name: "SDK",
				setup({ onResolve, onLoad }) {
					onResolve({ filter: /^(embedded:|mc\/)/ }, ({ path }) => ({ path, namespace: "SDK" }));
					onResolve({ filter: /^board\/guard$/ }, () => ({ path: join(root, "boards/moddable/guard.ts") }));
					onResolve({ filter: /^board\/natives$/ }, ({ path }) => ({ path, namespace: "SDK" }));
					onLoad({ filter: /.*/, namespace: "SDK" }, ({ path }) => ({
						contents:
							path === "board/natives"
								? "export const print = line => lines.push(line);"
								: `export default doubles[${JSON.stringify(path)}];`,
					}));
				},
			},
		],
	});
	const module = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
	return module.keepConnected;
}

function start(credentials: { ssid?: string; password?: string }) {
	clock = new VirtualClock();
	const lines: string[] = [];
	Object.assign(globalThis, { lines });
	delete config.ssid;
	delete config.password;
	Object.assign(config, credentials);
	const state = { lines, connected: 0 };
	keepConnected(
		clock,
		line => lines.push(line),
		() => void state.connected++,
	);
	return { ...state, state, radio: Radio.last };
}

const home = { ssid: "home", password: "secret" };

test("without credentials it says so, once, and leaves the radio alone", () => {
	Radio.last = undefined as unknown as Radio;
	const { lines, radio, state } = start({});
	clock.advance(86_400_000);
	assert.is(radio, undefined);
	assert.is(state.connected, 0);
	assert.equal(lines, [
		"# wi-fi: no credentials: build with `mcconfig … ssid=NAME password=WORD`; waiting without a network",
	]);
});

test("an open network needs no password", () => {
	const { radio } = start({ ssid: "open" });
	assert.equal(radio.attempts, [{ SSID: "open", at: 0 }]);
});

test("it connects, says where, and then has nothing to wait for", () => {
	const { lines, radio, state } = start(home);
	assert.equal(radio.attempts, [{ SSID: "home", password: "secret", at: 0 }]);
	radio.becomes(400);
	assert.is(state.connected, 0);
	radio.becomes(500);
	assert.is(state.connected, 1);
	assert.equal(lines, ['# wi-fi: connected to "home", 192.168.1.23']);
	assert.is(clock.waiting, 0);
});

test("a wrong password is tried for ever, at most a minute apart", () => {
	const { lines, radio } = start(home);
	for (let attempt = 1; attempt < 200; attempt++) {
		assert.is(radio.attempts.length, attempt);
		clock.advance(2_000); // the access point thinks about it
		radio.becomes(200);
		clock.advance(attempt <= 6 ? 1_000 * 2 ** (attempt - 1) : 60_000);
	}
	assert.is(lines.length, 199);
	const said = "# wi-fi: not connected: no such network in range, or another password; ";
	assert.is(lines[0], `${said}trying "home" again in 1 s`);
	assert.is(lines[6], `${said}trying "home" again in 60 s`);
	assert.is(clock.waiting, 1);
});

test("a network that went is connected again, and the pause begins at a second", () => {
	const { lines, radio, state } = start(home);
	clock.advance(500);
	radio.becomes(200);
	clock.advance(1_000);
	radio.becomes(500);
	radio.becomes(200);
	assert.is(lines.at(-1), '# wi-fi: lost; trying "home" again in 1 s');
	clock.advance(1_000);
	radio.becomes(500);
	assert.is(state.connected, 2);
	assert.is(radio.attempts.length, 3);
});

test("a link that never gets an address is given up after half a minute", () => {
	const { lines, radio } = start(home);
	radio.becomes(400);
	clock.advance(29_999);
	assert.is(radio.disconnections, 0);
	clock.advance(1);
	assert.is(radio.disconnections, 1);
	assert.is(lines.at(-1), '# wi-fi: no address; trying "home" again in 1 s');
	clock.advance(1_000);
	assert.is(radio.attempts.length, 2);
});

test("so is an attempt of which nothing is ever heard", () => {
	const { radio } = start(home);
	clock.advance(31_000);
	assert.is(radio.attempts.length, 2);
});

test("a driver that refuses is asked again", () => {
	Radio.refuses = true;
	const { lines, radio, state } = start(home);
	clock.advance(7_000);
	assert.equal(
		radio.attempts.map(({ at }) => at),
		[0, 1_000, 3_000, 7_000],
	);
	assert.is(lines[0], '# wi-fi: Error: connect failed; trying "home" again in 1 s');
	Radio.refuses = false;
	clock.advance(8_000);
	radio.becomes(500);
	assert.is(state.connected, 1);
});

test("a change reported late, after it was given up, does no harm", () => {
	const { lines, radio, state } = start(home);
	clock.advance(30_000);
	const before = lines.length;
	radio.connection = 300;
	radio.becomes(200);
	assert.is(lines.length, before);
	clock.advance(1_000);
	radio.becomes(500);
	assert.is(state.connected, 1);
	assert.is(clock.waiting, 0);
});

test("what throws when the network is there does not reach the SDK", () => {
	clock = new VirtualClock();
	const lines: string[] = [];
	Object.assign(globalThis, { lines });
	Object.assign(config, home);
	keepConnected(
		clock,
		line => lines.push(line),
		() => {
			throw new Error("not now");
		},
	);
	Radio.last.becomes(500);
	assert.equal(lines, ['# wi-fi: connected to "home", 192.168.1.23', "# uncaught: Error: not now"]);
});

test.run();
