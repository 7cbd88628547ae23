// All servers of the zoo.

import { go } from "./go.js";
import { node } from "./node.js";
import { apache, caddy, haproxy, lighttpd, lighttpdWithGnuTLS, nginx } from "./one-port.js";
import { gnuTLS, openSSL } from "./one-process-each.js";
import type { ServerKind } from "./server-kind.js";

export const kinds: ServerKind[] = [
	nginx,
	apache,
	haproxy,
	lighttpd,
	caddy,
	node,
	openSSL,
	gnuTLS,
	lighttpdWithGnuTLS,
	go,
];
