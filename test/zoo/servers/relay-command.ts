// relay.ts as a program, `relay-command.ts FOLDER PORT…`, for the inside of a network namespace: clients of the UNIX
// socket FOLDER/PORT come to that port there, from when it answers. A server that does not start has no socket.

import { join } from "node:path";
import { eventually } from "../../eventually.js";
import { startRelay } from "./relay.js";
import { answers } from "./server-process.js";

const [folder, ...ports] = process.argv.slice(2);
for (const port of ports.map(Number)) {
	void eventually(`port ${port} answers`, () => answers(port)).then(() =>
		startRelay({ path: join(folder, `${port}`) }, { host: "127.0.0.1", port }),
	);
}
