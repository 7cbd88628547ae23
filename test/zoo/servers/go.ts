// Go's net/http, compiled once.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../../boards/bundle.js";
import { absent } from "../../host/tls/peers.js";
import { PIECE, type ServerKind } from "./server-kind.js";
import { endOf } from "./server-process.js";

export const go: ServerKind = {
	title: "Go",
	small: `writes of ${PIECE} bytes`,
	servesFiles: true,
	missing: () => absent("go"),
	async start({ shown, documents, small }) {
		const each = shown.flatMap(({ host, certificates, key }) => [host, certificates, key]);
		const child = spawn(program(), [documents, small ? `${PIECE}` : "0", ...each], {
			stdio: ["ignore", "pipe", "ignore"],
		});
		const end = endOf(child);
		const port = await new Promise<number>((resolve, reject) => {
			createInterface({ input: child.stdout }).once("line", line => resolve(Number(line)));
			child.once("close", () => reject(new Error("the Go server has ended")));
		});
		return { port: () => port, close: end.close };
	},
};

function program(): string {
	const source = join(root, "test/zoo/servers/go-server.go"),
		compiled = join(root, "build/zoo-go-server");
	mkdirSync(join(root, "build"), { recursive: true });
	if (!existsSync(compiled) || statSync(compiled).mtimeMs < statSync(source).mtimeMs) {
		const env = { ...process.env, GO111MODULE: "off", CGO_ENABLED: "0" };
		execFileSync("go", ["build", "-o", compiled, source], { env });
	}
	return compiled;
}
