// A page over TLS 1.3 by a Node of today (host/newer-node.ts): run by it, not by ours. On the command line, as JSON, what
// tls.createServer takes. Says its port; for each connection the group that it agreed on, if it is asked to.

import { createServer } from "node:https";

const server = createServer({ minVersion: "TLSv1.3", ...JSON.parse(process.argv[2]) }, (_, response) =>
	response.end("newer".repeat(500)),
);
server.on("secureConnection", socket => console.log(JSON.stringify(socket.getEphemeralKeyInfo())));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
