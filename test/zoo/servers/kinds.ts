// All servers of the zoo.

import { node } from "./node.js";
import { apache, caddy, haproxy, lighttpd, lighttpdWithGnuTLS, nginx } from "./one-port.js";
import { gnuTLS, openSSL } from "./one-process-each.js";
import { erlang, go, java } from "./printed-port.js";
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
	java,
	erlang,
];
