// A real nginx with a configuration of our own, in the foreground, in a folder of its own, on 127.0.0.1.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { eventually } from "../eventually.js";

const program = ["/usr/sbin/nginx", "nginx"].find(path => spawnSync(path, ["-v"]).status === 0);

/** Why there is no nginx to test with; undefined: there is one. */
export const noNginx = program === undefined ? "nginx is not installed (Debian package nginx-light)" : undefined;

export interface Nginx {
	accessLog: string;
	close(): Promise<void>;
}

/** `sites`: what stands in the http block. Resolves when `port` answers. */
export async function startNginx(folder: string, sites: string, port: number): Promise<Nginx> {
	mkdirSync(join(folder, "tmp"), { recursive: true });
	chmodSync(folder, 0o755); // where the tests run as root, nginx's workers do not
	const accessLog = join(folder, "access.log");
	writeFileSync(
		join(folder, "nginx.conf"),
		`
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
worker_processes 2;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 1024; }
http {
	access_log ${accessLog} combined;
	client_body_temp_path ${folder}/tmp; proxy_temp_path ${folder}/tmp; fastcgi_temp_path ${folder}/tmp;
	uwsgi_temp_path ${folder}/tmp; scgi_temp_path ${folder}/tmp;
	${sites}
}
`,
	);
	const child = spawn(program!, ["-c", join(folder, "nginx.conf"), "-p", folder], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	(child.stderr as Socket).unref();
	child.unref(); // a test that fails ends all the same
	const kill = () => void child.kill("SIGTERM");
	process.once("exit", kill);
	let complaint = "";
	child.stderr.on("data", text => (complaint += text));
	const ended = new Promise<void>(resolve =>
		child.on("close", () => {
			process.off("exit", kill);
			resolve();
		}),
	);
	await eventually("nginx answers", () => {
		if (child.exitCode !== null) throw new Error(`nginx: ${complaint}`);
		return answers(port);
	});
	return {
		accessLog,
		close() {
			child.ref();
			child.kill("SIGQUIT");
			return ended;
		},
	};
}

function answers(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = createConnection({ host: "127.0.0.1", port }, () => {
			socket.destroy();
			resolve(true);
		});
		socket.on("error", () => resolve(false));
	});
}
