// The unit files under systemd's own judge, and their command as the unit runs it: with a socket that somebody else has
// opened, told when it is ready, reloaded, stopped. And the container's files.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { Fleet } from "../../host/fleet.js";
import { socketsFromSystemd } from "../../host/systemd.js";
import { eventually } from "../eventually.js";
import { flashFolder } from "./device-run.js";
import { get } from "./https-client.js";
import { runInProcess } from "./in-process.js";

const units = join(root, "host/systemd");
const program = join(root, "bin/baton.js");
const init = ["init", "--fleet", "e", "--service", "s.example", "--download-url", "https://download-{n}.example/ca"];

function needs(...tools: string[]): typeof test | ((name: string, run: () => Promise<void>) => void) {
	const missing = tools.find(tool => spawnSync(tool, ["--version"]).error);
	return missing ? (name: string) => test.skip(`${name} (${missing} is not installed)`) : test;
}

/** As they would be installed on this machine, where the user `baton` is not. */
function installed(): string {
	const folder = flashFolder();
	for (const name of readdirSync(units)) {
		const text = readFileSync(join(units, name), "utf8");
		assert.match(text, /^\[Unit\]$/m);
		const here = text
			.replaceAll("/usr/local/bin/baton", `${process.execPath} ${program}`)
			.replace(/^(User|Group)=baton$/gm, "$1=daemon");
		writeFileSync(join(folder, name), here);
	}
	return folder;
}

needs("systemd-analyze")(
	"systemd finds nothing wrong with the units, and the server is exposed to little",
	async () => {
		const folder = installed();
		const files = readdirSync(folder).map(name => join(folder, name));
		assert.is(files.length, 4);
		const { status, stderr } = spawnSync("systemd-analyze", ["verify", ...files], { encoding: "utf8" });
		assert.equal([status, stderr], [0, ""]);
		const threshold = ["security", "--offline=true", "--threshold=20", join(folder, "baton.service")]; // 2.0 of 10
		assert.is(spawnSync("systemd-analyze", threshold).status, 0);
	},
);

/** The words of a unit's ExecStart, for a fleet's folder that is here. */
function command(unit: string, folder: string): string[] {
	const line = /^ExecStart=\/usr\/local\/bin\/baton (.*)$/m.exec(readFileSync(join(units, unit), "utf8"))![1];
	return line
		.replace("/var/lib/baton", folder)
		.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:0")
		.split(" ");
}

needs("systemd-socket-activate")(
	"the unit's command takes systemd's socket, says that it is ready, reloads, and stops",
	async () => {
		const folder = flashFolder();
		for (const verb of [init, ["ca", "issue"]]) assert.is((await runInProcess(verb, folder)).code, 0);
		const fleet = Fleet.open(join(folder, "fleet"));
		// systemd-notify, as it is called: what it would say to systemd is kept.
		const tools = join(folder, "tools");
		const told = join(folder, "told");
		mkdirSync(tools);
		writeFileSync(join(tools, "systemd-notify"), `#!/bin/sh\necho "$@" >> ${told}\n`);
		chmodSync(join(tools, "systemd-notify"), 0o755);
		const port = await freePort();
		const child = spawn(
			"systemd-socket-activate",
			[
				`--listen=127.0.0.1:${port}`,
				"-E",
				"NOTIFY_SOCKET=/none",
				"-E",
				`PATH=${tools}:${dirname(process.execPath)}:/usr/bin:/bin`,
				process.execPath,
				program,
				...command("baton.service", folder),
			],
			{ stdio: ["ignore", "pipe", "pipe"] },
		);
		const said = listen(child);
		const ended = new Promise(resolve => child.once("exit", resolve));
		const ask = () =>
			get(port, "download-2.example", fleet.certificate(1), {
				path: "/ca",
				headers: { "User-Agent": "baton/1 (1,-)" },
			});
		try {
			await eventually("the socket is open", () => isOpen(port));
			assert.equal(new Uint8Array((await ask()).body), fleet.information(2)!);
			await eventually("it is ready", () => existsSync(told));
			assert.match(readFileSync(told, "utf8"), new RegExp(`^--pid=${child.pid} --ready\n`));
			assert.match(said(), new RegExp(`listening on 127\\.0\\.0\\.1:${port} for download-2\\.example`));
			const metrics = /metrics: (http:\S+)\/metrics/.exec(said())![1];
			assert.is((await fetch(`${metrics}/health`)).status, 200);

			// logrotate moves the log away, then reloads.
			await eventually("the request is in the log", () =>
				readFileSync(fleet.accessLog, "utf8").includes("baton/1 (1,-)"),
			);
			renameSync(fleet.accessLog, `${fleet.accessLog}.1`);
			child.kill("SIGHUP");
			await eventually("the log is there again", () => existsSync(fleet.accessLog));
			await ask();
			await eventually("it goes on there", () => readFileSync(fleet.accessLog, "utf8").includes("baton/1 (1,-)"));
		} finally {
			child.kill("SIGTERM");
		}
		assert.is(await ended, 0, said());
		assert.match(said(), /stopped\n/);
	},
);

test("the timer's command ends with what is to be heard of", async () => {
	const folder = flashFolder();
	assert.is((await runInProcess(init, folder)).code, 0);
	assert.is((await runInProcess(command("baton-status.service", folder), folder)).code, 0);
});

test("sockets are taken from systemd alone, and only by the process that they are for", () => {
	assert.equal(socketsFromSystemd({ LISTEN_PID: "7", LISTEN_FDS: "2" }, 7), [3, 4]);
	for (const other of [
		{},
		{ LISTEN_FDS: "1" },
		{ LISTEN_PID: "8", LISTEN_FDS: "1" },
		{ LISTEN_PID: "7", LISTEN_FDS: "x" },
		{ LISTEN_PID: "7", LISTEN_FDS: "0" },
	])
		assert.equal(socketsFromSystemd(other as NodeJS.ProcessEnv, 7), []);
});

test("what the container's file copies is enough for its command", async () => {
	const file = readFileSync(join(root, "Containerfile"), "utf8");
	const inside = flashFolder();
	const copies = [...file.matchAll(/^COPY (.+)$/gm)].map(([, words]) => words.split(" "));
	assert.ok(copies.length >= 6);
	for (const words of copies) {
		const [target, ...sources] = [words.at(-1)!, ...words.slice(0, -1)];
		for (const source of sources)
			cpSync(join(root, source), join(inside, target === "./" ? source : target), { recursive: true });
	}
	symlinkSync(join(root, "node_modules"), join(inside, "node_modules"));
	const folder = flashFolder();
	assert.is((await runInProcess(init, folder)).code, 0);
	const words = (name: string): string[] => JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, "m").exec(file)![1]);
	const [node, entry] = words("ENTRYPOINT");
	assert.equal([node, entry], ["node", "/baton/bin/baton.js"]);
	const child = spawn(
		process.execPath,
		[join(inside, "bin/baton.js"), ...words("CMD").map(word => word.replace(/0\.0\.0\.0:\d+/, "127.0.0.1:0"))],
		{ cwd: inside, env: { ...process.env, BATON_FLEET: join(folder, "fleet") }, stdio: ["ignore", "pipe", "pipe"] },
	);
	const said = listen(child);
	const ended = new Promise(resolve => child.once("exit", resolve));
	try {
		await eventually("it listens", () => child.exitCode !== null || /\/health\n/.test(said()));
		const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(said()) ?? [];
		assert.ok(origin, said());
		// The container's own judge of its health.
		const [, , script] = JSON.parse(/^HEALTHCHECK .* CMD (\[.*\])$/m.exec(file)![1]) as string[];
		const judge = spawn(process.execPath, ["-e", script.replace("http://127.0.0.1:9464", origin!)]);
		assert.is(await new Promise(resolve => judge.once("exit", resolve)), 0);
	} finally {
		child.kill("SIGTERM");
	}
	assert.is(await ended, 0, said());
});

function listen(child: ChildProcess): () => string {
	let said = "";
	for (const stream of [child.stdout!, child.stderr!]) stream.on("data", text => void (said += text));
	return () => said;
}

/** Of the moment: systemd takes no open socket from elsewhere. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise(resolve => server.close(resolve));
	return port;
}

/** Without a connection: the first one starts the server. */
function isOpen(port: number): boolean {
	const file = readFileSync("/proc/net/tcp", "utf8");
	return file.includes(`0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`);
}

test.run();
