// `baton device`, as other tools call it (its arguments, exit codes and JSON object are stable).

import { createPublicKey } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ServiceVerdict } from "../../host/commands/device.js";
import { parseMap } from "../../host/map-option.js";
import { closedPort } from "../closed-port.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";
import { flashFolder, unavailable } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const world = await createWorld();
const files = flashFolder();
function file(name: string, content: string | Uint8Array) {
	writeFileSync(join(files, name), content);
	return join(files, name);
}
const factory = file("a.cbor", world.information(1));
const rawKey = file("dl.raw", world.dlPublicKeys[0]);
const pemKey = file("dl.pub", createPublicKey(world.dlKey).export({ type: "spki", format: "pem" }));
const spareKey = file("spare.raw", world.dlPublicKeys[1]);

const service = await world.applicationServer(1);
const download = await world.downloadServer(1, world.information(2));
const url = `https://${SERVICE_NAME}/`;
const map = [
	"--map",
	`${SERVICE_NAME}=127.0.0.1:${service.port}`,
	"--map",
	`${downloadName(1)}:443=127.0.0.1:${download.port}`,
];
const usual = ["--fleet", world.fleet, "--factory", factory, "--dl-key", rawKey, "--service", url];

for (const board of ["node", "simulator"] as const) {
	const why = await unavailable(board);
	const on = why === undefined ? test : (name: string, _run: () => Promise<void>) => test.skip(`${name} (${why})`);

	on(
		`${board}: once: the service is authenticated, CA information 2 is stored, and the flash folder keeps it`,
		async () => {
			const flash = join(flashFolder(), "new");
			const first = await device("--board", board, ...usual, ...map, "--flash", flash, "--once", "--json");
			assert.is(first.code, 0, first.errors);
			assert.equal(first.last, {
				ok: true,
				authenticated: { generation: 1, slot: "current" },
				slots: { current: 1, next: 2, candidate: null },
				events: [
					{ event: "repaired", partition: "ca0", generation: 1, reason: "factory CA information stored" },
					{ event: "boot", current: 1, next: "-" },
					{ event: "authenticated", server: "service", generation: 1, slot: "current" },
					{ event: "poll", generation: 1 },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "stored", generation: 2 },
				],
			});
			assert.ok(existsSync(join(flash, "poll")));
			const second = await device("--board", board, ...usual, ...map, "--flash", flash, "--once", "--json");
			assert.equal((second.last!.events as object[])[0], { event: "boot", current: 1, next: 2 });
		},
	);

	on(
		`${board}: --offer: what came by no network is next, or a candidate, or refused; the service is asked then`,
		async () => {
			const offers: [Uint8Array, string, object][] = [
				[world.information(2), "stored generation=2", { current: 1, next: 2, candidate: null }],
				[world.information(3, { follows: 2 }), "stored generation=3", { current: 1, next: 3, candidate: null }],
				[world.information(1), "same generation=1", { current: 1, next: null, candidate: null }],
				[new Uint8Array(9), 'refused reason="unexpected type"', { current: 1, next: null, candidate: null }],
			];
			for (const [object, told, slots] of offers) {
				const offer = file("offer.cbor", object);
				const ran = await device("--board", board, ...usual, ...map.slice(0, 2), "--offer", offer, "--once", "--json");
				assert.is(ran.code, 0, ran.errors);
				assert.ok(ran.output.split("\n").includes(told), ran.output);
				assert.equal(ran.last!.slots, slots);
				assert.equal(ran.last!.authenticated, { generation: 1, slot: "current" });
			}
			const flash = flashFolder();
			const once = ["--board", board, ...usual, ...map.slice(0, 2), "--flash", flash, "--once", "--json"];
			await device(...once, "--offer", file("next.cbor", world.information(2)));
			const second = await device(...once, "--offer", file("later.cbor", world.information(3)));
			assert.ok(second.output.includes("held generation=3"), second.output);
			assert.equal(second.last!.slots, { current: 1, next: 2, candidate: 3 });
			const third = await device(...once);
			assert.equal(third.last!.slots, { current: 1, next: 2, candidate: null }); // memory is gone
		},
	);

	on(`${board}: --retired-dl-key: slots keep what that key has signed, and nothing new is taken from it`, async () => {
		const flash = flashFolder();
		const run = (...more: string[]) =>
			device("--board", board, ...more, ...map.slice(0, 2), "--flash", flash, "--once", "--json");
		await run(...usual, "--offer", file("2.cbor", world.information(2)));
		const newFactory = file("factory-by-spare.cbor", world.information(1, { by: world.spareDlKey }));
		const moved = [...usual.slice(0, 2), "--factory", newFactory, "--dl-key", spareKey, "--service", url];
		const later = file("3.cbor", world.information(3));
		const { last, output, code } = await run(...moved, "--retired-dl-key", rawKey, "--offer", later);
		assert.is(code, 0);
		assert.equal(last!.slots, { current: 1, next: 2, candidate: null });
		assert.ok(output.includes('refused reason="signed by a retired key"'), output);
		const strange = await run(...moved);
		assert.equal((strange.last!.events as object[])[0], { event: "boot", current: "foreign", next: "foreign" });
	});

	on(`${board}: a service that is not there: exit 1, the slots as they were`, async () => {
		const { code, last } = await device(
			"--board",
			board,
			...usual,
			"--map",
			`${SERVICE_NAME}=127.0.0.1:${await closedPort()}`,
			"--once",
			"--json",
		);
		assert.is(code, 1);
		assert.is(last!.ok, false);
		assert.is(last!.authenticated, null);
		assert.equal(last!.slots, { current: 1, next: null, candidate: null });
	});

	on(`${board}: until it is stopped, with a key in PEM and a spare`, async () => {
		const services = (output: string) => output.match(/^authenticated server=service/gm)?.length ?? 0;
		let isStopped = false;
		const { code, output } = await device.watched(
			output => {
				if (isStopped || services(output) < 2 || !/^stored generation=2$/m.test(output)) return;
				isStopped = true;
				process.emit("SIGTERM");
			},
			"--board",
			board,
			"--fleet",
			world.fleet,
			"--factory",
			factory,
			"--dl-key",
			spareKey,
			"--dl-key",
			pemKey,
			"--service",
			url,
			...map,
			"--service-interval",
			"100",
			"--poll-interval",
			"200",
		);
		assert.is(code, 0, output);
	});

	on(`${board}: for a while, and the code says whether the service had proved itself by then`, async () => {
		const { code, output } = await device("--board", board, ...usual, ...map, "--for", "500");
		assert.is(code, /^authenticated server=service/m.test(output) ? 0 : 1);
	});
}

test("any HTTP status will do: the server proved itself", async () => {
	const missing = await device(
		"--board",
		"node",
		"--fleet",
		world.fleet,
		"--factory",
		factory,
		"--dl-key",
		rawKey,
		"--service",
		`${url}missing`,
		...map,
		"--once",
	);
	assert.is(missing.code, 0);
});

test("bad arguments: exit 2, and the message says what is wrong", async () => {
	const refused: [string[], RegExp][] = [
		[["--fleet", "x"], /required option '--factory/],
		[[...usual.slice(0, 4), "--service", url], /required option '--dl-key/],
		[[...usual, "--board", "toaster"], /Allowed choices are simulator, node/],
		[[...usual, "--map", "nonsense"], /expected NAME\[:PORT\]=ADDRESS:PORT/],
		[[...usual, "--map", "a=1.2.3.999:1"], /expected NAME\[:PORT\]=ADDRESS:PORT/],
		[[...usual, "--once", "--for", "5"], /cannot be used with/],
		[[...usual, "--for", "soon"], /whole number/],
		[[...usual, "--for", "2147483648"], /at most 2147483647/],
		[["--fleet", "other", ...usual.slice(2)], /not signed by any of the DL keys for the fleet other/],
		[
			["--fleet", world.fleet, "--factory", join(files, "none"), "--dl-key", rawKey, "--service", url],
			/--factory .*no such file/,
		],
		[["--fleet", world.fleet, "--factory", rawKey, "--dl-key", rawKey, "--service", url], /malformed CA information/],
		[
			["--fleet", world.fleet, "--factory", factory, "--dl-key", factory, "--service", url],
			/expected a DL public key: Ed25519/,
		],
		[
			[
				"--fleet",
				world.fleet,
				"--factory",
				factory,
				"--dl-key",
				file("dl.key", world.dlKey.export({ type: "pkcs8", format: "pem" })),
				"--service",
				url,
			],
			/this is a private key/,
		],
		[[...usual, "--poll-interval", "0"], /whole number/],
		[[...usual, "--poll-interval", "3092376452400"], /at most 3092376452399/],
		[[...usual, "--service-interval", "2147483648"], /at most 2147483647/],
		[[...usual, "--flash", rawKey, "--once"], /--flash .*EEXIST/],
		[[...usual, "--flash", join(rawKey, "below"), "--once"], /--flash .*ENOTDIR/],
		[[...usual, "--flash", "/proc/nobody/here", "--once"], /--flash .*ENOENT/],
		[["--fleet", world.fleet, "--factory", "/dev/zero", ...usual.slice(4)], /--factory .*longer than 1048576/],
		[[...usual.slice(0, 4), "--dl-key", "/dev/zero", "--service", url], /--dl-key .*longer than 1048576/],
		[[...usual, "--offer", file("empty", ""), "--once"], /--offer .*expected 1 to 8192 bytes, got 0/],
		[[...usual, "--offer", file("long", Buffer.alloc(8_193)), "--once"], /--offer .*got 8193/],
		[[...usual, "more"], /too many arguments/],
		[[...usual.slice(0, 6), "--service", "http://x/"], /--service: devices refuse .*: not an https URL/],
	];
	for (const [parameters, message] of refused) {
		const { code, errors, last } = await device("--board", "node", ...parameters, "--json");
		assert.is(code, 2, parameters.join(" "));
		assert.match(errors, message);
		assert.is(last?.ok, false, parameters.join(" "));
		assert.match(last!.error as string, message);
	}
});

test("a flash image of another size: exit 2", async () => {
	const flash = flashFolder();
	writeFileSync(join(flash, "ca0"), "short");
	const { code, errors, last } = await device("--board", "node", ...usual, "--flash", flash, "--once", "--json");
	assert.is(code, 2);
	assert.match(errors, /expected 8192 bytes, got 5/);
	assert.match(last!.error as string, /expected 8192 bytes, got 5/);
});

test("--map in every form", () => {
	assert.equal(parseMap("A.example=127.0.0.1:8443"), { host: "a.example", address: "127.0.0.1", toPort: 8443 });
	assert.equal(parseMap("a.example:443=10.0.0.1:1"), {
		host: "a.example",
		port: 443,
		address: "10.0.0.1",
		toPort: 1,
	});
	for (const text of ["a=b:1", "a=1.1.1.1", "=1.1.1.1:1", "a:0=1.1.1.1:1", "a=1.1.1.1:65536", "a b=1.1.1.1:1"])
		assert.throws(() => parseMap(text));
});

test("the verdict is that of the last session with the service", () => {
	const verdict = new ServiceVerdict();
	assert.is(verdict.authenticated, null);
	verdict.hear({ event: "authenticated", server: "download", generation: 1 });
	assert.is(verdict.authenticated, null);
	verdict.hear({ event: "authenticated", server: "service", generation: 1, slot: "current" });
	verdict.hear({ event: "failed", server: "service", generation: 1, reason: "connection lost" }); // that session's HTTP
	assert.equal(verdict.authenticated, { generation: 1, slot: "current" });
	verdict.hear({ event: "failed", server: "service", reason: "connection refused" });
	assert.is(verdict.authenticated, null);
});

test.after(() => world.close());

function device(...parameters: string[]) {
	return device.watched(() => {}, ...parameters);
}
device.watched = async (onOutput: (output: string) => void, ...parameters: string[]) => {
	const ran = await runInProcess(["device", ...parameters], files, {}, onOutput);
	const { code, out: output, error: errors } = ran;
	const line = output.trimEnd().split("\n").at(-1) ?? "";
	const last: Record<string, unknown> | undefined = line.startsWith("{") ? JSON.parse(line) : undefined;
	return { code, output, errors, last };
};

test.run();
