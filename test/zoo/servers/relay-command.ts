// relay.ts as a program, `relay-command.ts FOLDER PORT…`, for the inside of a network namespace: clients of the UNIX
// socket FOLDER/PORT come to that port there, from when it answers. A server that does not start has no socket.

import { join } from "node:path";
import { startRelay } from "./relay.js";
import { answers } from "./server-process.js";

const LOOKS = 500;
const PAUSE = 20; // ms

const [folder, ...ports] = process.argv.slice(2);
await Promise.all(
	ports.map(async port => {
		for (let i = 0; i < LOOKS; i++) {
			if (await answers(Number(port)))
				return void (await startRelay({ path: join(folder, port) }, { host: "127.0.0.1", port: Number(port) }));
			await new Promise(resolve => setTimeout(resolve, PAUSE));
		}
	}),
);
