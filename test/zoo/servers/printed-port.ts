// Servers that are programs of our own, on the TLS of their languages' libraries: they listen where they can, and their
// first line is the port.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../../boards/bundle.js";
import { absent } from "../../host/tls/peers.js";
import { PIECE, type Running, type ServerKind, type Setup } from "./server-kind.js";
import { endOf } from "./server-process.js";

const SMALL = `writes of ${PIECE} bytes`;

/** Go's net/http, compiled once. */
export const go: ServerKind = {
	title: "Go",
	small: SMALL,
	servesFiles: true,
	missing: () => absent("go"),
	start: setup => start(setup, compiledGo(), []),
};

/** Java's HttpsServer, on JSSE, compiled once. */
export const java: ServerKind = {
	title: "Java",
	small: SMALL,
	servesFiles: true,
	missing: () => absent("javac"),
	start: setup =>
		start(setup, "java", ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", compiledJava(), "JavaServer"]),
};

/** Erlang/OTP's ssl. */
export const erlang: ServerKind = {
	title: "Erlang",
	small: SMALL,
	servesFiles: true,
	missing: () => absent("escript"),
	start: setup => start(setup, "escript", [source("erlang-server.escript")]),
};

async function start({ shown, documents, small }: Setup, file: string, parameters: string[]): Promise<Running> {
	const each = shown.flatMap(({ host, certificates, key }) => [host, certificates, key]);
	const child = spawn(file, [...parameters, documents, small ? `${PIECE}` : "0", ...each], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	const end = endOf(child);
	const port = await new Promise<number>((resolve, reject) => {
		createInterface({ input: child.stdout }).once("line", line => resolve(Number(line)));
		child.once("close", () => reject(new Error(`${file} has ended`)));
		child.once("error", reject);
	});
	return { port: () => port, close: end.close };
}

function source(name: string): string {
	return join(root, "test/zoo/servers", name);
}

function compiledGo(): string {
	return compiled("go-server.go", "zoo-go-server", (from, to) => {
		const env = { ...process.env, GO111MODULE: "off", CGO_ENABLED: "0" };
		execFileSync("go", ["build", "-o", to, from], { env });
	});
}

/** A folder of classes. */
function compiledJava(): string {
	const main = compiled("JavaServer.java", "zoo-java-server/JavaServer.class", (from, to) => {
		execFileSync("javac", ["-d", dirname(to), from]);
	});
	return dirname(main);
}

function compiled(name: string, output: string, compile: (from: string, to: string) => void): string {
	const from = source(name),
		to = join(root, "build", output);
	mkdirSync(dirname(to), { recursive: true });
	if (!existsSync(to) || statSync(to).mtimeMs < statSync(from).mtimeMs) compile(from, to);
	return to;
}
