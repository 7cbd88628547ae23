// One TLS 1.3 socket on this machine that answers HTTP/1.1: what the download server and the application server are
// made of. It keeps what really happened (connections, handshakes, requests) for whoever listens, and fails safe: every
// wait has a limit, a connection too many is closed, and closing lets the responses under way finish.
//
// "Not in operation" is the absence of an endpoint: nothing listens.

import { constants } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { certificatePem, type ServerCredentials } from "./certificate-authority.js";
import { WaitingConnections } from "./waiting-connections.js";

export const limits = {
	/** Connections at a time; for the next one somebody makes room (waiting-connections.ts), or it is closed at once. */
	connections: 1_000,
	/** Waiting connections of one address that are never closed for another's. */
	waitingPerAddress: 64,
	/** Nor those that said something within this time. */
	silence: 2_000, // ms
	/** Connections that wait to be accepted; the system may allow fewer (net.core.somaxconn). */
	backlog: 4_096,
	/** For the TLS handshake. */
	handshake: 10_000, // ms
	/** For a request's header fields, and for all of it. */
	request: 10_000, // ms
	/** Without a byte in either direction. */
	idle: 15_000, // ms
	headerBytes: 8_192,
	/** For responses under way when the endpoint closes. */
	grace: 3_000, // ms
};
export type Limits = typeof limits;

/**
 * What happened at an endpoint. `peer` tells connections apart. Each that was `connected` has one outcome, and all have
 * theirs before the endpoint is closed: `authenticated`, or `refused`, whose reason is `connection lost` where the
 * client was gone before its Finished had come.
 */
export interface Access {
	peer: string; // address:port
	what: "connected" | "authenticated" | "refused" | "request" | "dropped";
	/** Why the handshake was not completed, as far as this side can tell. */
	reason?: string;
	method?: string;
	path?: string;
	status?: number;
	userAgent?: string;
	/** Which of the certificates that it has presented over time, as its owner named it. */
	presented?: string;
	/** The server name that the client asked for (RFC 6066 §3). */
	host?: string;
}

export interface Presentation extends Named {
	/** What is shown to a client that asks for no key of the kind above: of another kind (ML-DSA, and one that is not). */
	otherwise?: Named;
}

interface Named {
	credentials: ServerCredentials;
	/** A name for these credentials, for `Access.presented`. */
	presented?: string;
}

export interface EndpointOptions extends Presentation {
	/**
	 * What is shown to a client, at `address`, that asks for `host`, in lower case; undefined, or absent: the credentials
	 * above; "refuse": nothing, the connection is closed.
	 */
	present?(host: string, address: string): Presentation | "refuse" | undefined;
	/** Certificates between the server's and the authority's, DER. */
	intermediates?: Uint8Array[];
	address?: string; // default 127.0.0.1
	port?: number; // default: any free one
	/** A socket that listens already, in the place of both. */
	fd?: number;
	answer(request: IncomingMessage, response: ServerResponse): void;
	onAccess?(access: Access): void;
	limits?: Partial<Limits>;
}

export class HttpsEndpoint {
	readonly address: string;
	readonly port: number;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	readonly #grace: number;
	#presentation: Presentation;
	readonly #contexts: Map<string, SecureContext>; // by server name and what is presented
	#closed: Promise<void> | undefined;

	/** Listens. Rejects with the system's error if the port is taken. */
	static async open(options: EndpointOptions): Promise<HttpsEndpoint> {
		const given = { ...limits, ...options.limits };
		const contexts = new Map<string, SecureContext>();
		const connections = new Connections();
		const opened: { endpoint?: HttpsEndpoint } = {};
		const server = createServer({
			...tlsOptions(options),
			SNICallback: chooseContext(options, contexts, connections, () => opened.endpoint?.presentation),
			handshakeTimeout: given.handshake,
			headersTimeout: given.request,
			requestTimeout: given.request,
			connectionsCheckingInterval: Math.min(1_000, given.request),
			maxHeaderSize: given.headerBytes,
			noDelay: true, // else the response waits until the client has acknowledged its session tickets
			keepAliveTimeout: 1_000,
		});
		server.maxConnections = given.connections + HEADROOM;
		server.timeout = given.idle;
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			const place =
				options.fd === undefined
					? { host: options.address ?? "127.0.0.1", port: options.port ?? 0 }
					: { fd: options.fd };
			server.listen({ ...place, backlog: given.backlog }, resolve);
		});
		server.removeAllListeners("error");
		opened.endpoint = new HttpsEndpoint(server, options, given, contexts, connections);
		return opened.endpoint;
	}

	private constructor(
		server: Server,
		options: EndpointOptions,
		{ grace, connections: most, waitingPerAddress, silence }: Limits,
		contexts: Map<string, SecureContext>,
		connections: Connections,
	) {
		const { answer, onAccess } = options;
		this.#server = server;
		this.#contexts = contexts;
		this.#grace = grace;
		this.#presentation = options;
		const { address, port } = server.address() as AddressInfo;
		this.address = address;
		this.port = port;
		const report = (connection: Connection, access: Omit<Access, "peer" | "presented" | "host">) => {
			const { peer, host, presentation, shown } = connection;
			const presented = shown ?? presentation?.presented;
			onAccess?.({
				peer,
				...access,
				...(presented === undefined ? {} : { presented }),
				...(host === undefined ? {} : { host }),
			});
		};
		const settle = (connection: Connection, outcome: { what: "authenticated" | "refused"; reason?: string }) => {
			if (connection.settled) return;
			connection.settled = true;
			report(connection, outcome);
		};

		const waiting = new WaitingConnections({ perAddress: waitingPerAddress, silence });
		server.on("connection", (socket: Socket) => {
			if (this.#sockets.size >= most) {
				const dispensable = waiting.dispensable;
				if (!dispensable) {
					report({ peer: peerOf(socket), settled: true }, { what: "dropped" });
					return void socket.destroy();
				}
				waiting.delete(dispensable);
				this.#sockets.delete(dispensable);
				dispensable.destroy();
			}
			const connection = connections.open(socket, this.#presentation);
			connection.socket = socket;
			this.#sockets.add(socket);
			waiting.add(socket);
			socket.on("close", () => {
				waiting.delete(socket);
				this.#sockets.delete(socket);
				// After what a request's or a handshake's end still has to say.
				setImmediate(() => {
					connections.forget(connection);
					settle(connection, { what: "refused", reason: "connection lost" });
				});
			});
			report(connection, { what: "connected" });
		});
		server.on("drop", data => report({ peer: peerOf(data ?? {}), settled: true }, { what: "dropped" }));
		server.on("secureConnection", (socket: TLSSocket) => {
			const connection = connections.of(socket);
			// The client's Finished was read: it has accepted us.
			if (connection) {
				connection.shown = shownTo(socket, connection.presentation);
				settle(connection, { what: "authenticated" });
			}
			socket.on("error", () => {}); // a reset after the handshake loses nothing of ours
		});
		server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
			const connection = connections.of(socket);
			if (connection) settle(connection, { what: "refused", reason: alertName(error) });
			socket.destroy();
		});
		server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
			if (!socket.writable) return void socket.destroy();
			const status = complaint[error.code ?? ""] ?? "400 Bad Request";
			socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
		});
		server.on("request", (request: IncomingMessage, response: ServerResponse) => {
			response.setHeader("Connection", "close");
			response.on("error", () => {});
			const connection: Connection = connections.of(request.socket as TLSSocket) ?? { peer: "?:?", settled: true };
			if (connection.socket) waiting.delete(connection.socket);
			response.on("close", () =>
				report(connection, {
					what: "request",
					method: request.method,
					path: request.url,
					status: response.writableFinished ? response.statusCode : 0,
					userAgent: request.headers["user-agent"],
				}),
			);
			answer(request, response);
		});
		server.on("error", () => {}); // accept(2) may fail when descriptors run out; it goes on when there are some
	}

	/** Shows other credentials to every connection from now on. */
	present(presentation: Presentation): void {
		this.#server.setSecureContext(tlsOptions(presentation));
		this.#presentation = presentation;
	}

	/** What is shown to whoever names nobody. */
	get presentation(): Presentation {
		return this.#presentation;
	}

	/** Asks `present` anew for every name. */
	forget(): void {
		this.#contexts.clear();
	}

	/** Connections that are open. */
	get connections(): number {
		return this.#sockets.size;
	}

	/**
	 * Stops listening at once; resolves when the last response is out, or cut after the grace, and each connection's
	 * outcome was reported.
	 */
	close(): Promise<void> {
		return (this.#closed ??= new Promise(resolve => {
			const patience = setTimeout(() => {
				for (const socket of this.#sockets) socket.destroy();
			}, this.#grace);
			this.#server.close(() => {
				clearTimeout(patience);
				// Its sockets are destroyed, but may have their ends to tell yet; their outcomes come after those.
				const ends = [...this.#sockets].map(socket => new Promise(ended => socket.once("close", ended)));
				void Promise.all(ends).then(() => setImmediate(resolve));
			});
			this.#server.closeIdleConnections();
		}));
	}
}

/** Connections that are seen before one of them makes room for another. */
const HEADROOM = 64;

/** Answers to what is too slow or too large; all else is malformed. */
const complaint: { [code: string]: string | undefined } = {
	ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
	HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

interface Connection {
	peer: string; // address:port
	/** What was presented when it came; with several names, what the name stands for. */
	presentation?: Presentation;
	/** Which of the two it was shown, where there are two. */
	shown?: string;
	host?: string;
	/** Its outcome was reported. */
	settled: boolean;
	socket?: Socket;
}

/** The connections that are open. A socket that was closed no longer knows its peer: so it is remembered beside it. */
class Connections {
	readonly #byPeer = new Map<string, Connection>();
	readonly #bySocket = new WeakMap<TLSSocket, Connection>();

	open(socket: Socket, presentation: Presentation): Connection {
		const connection: Connection = { peer: peerOf(socket), presentation, settled: false };
		this.#byPeer.set(connection.peer, connection);
		return connection;
	}

	of(socket: TLSSocket): Connection | undefined {
		const connection = this.#bySocket.get(socket) ?? this.#byPeer.get(peerOf(socket));
		if (connection) this.#bySocket.set(socket, connection);
		return connection;
	}

	forget(connection: Connection): void {
		if (this.#byPeer.get(connection.peer) === connection) this.#byPeer.delete(connection.peer);
	}
}

function peerOf({ remoteAddress, remotePort }: { remoteAddress?: string; remotePort?: number }) {
	return `${remoteAddress ?? "?"}:${remotePort ?? "?"}`;
}

/**
 * A context for each server name, made when it is first asked for. Names that `present` does not know make none. It is
 * also the first that is seen of a TLS socket, while it surely knows its peer.
 */
function chooseContext(
	{ present }: EndpointOptions,
	contexts: Map<string, SecureContext>,
	connections: Connections,
	unasked: () => Presentation | undefined,
) {
	return function (
		this: TLSSocket,
		serverName: string,
		callback: (error: Error | null, context?: SecureContext) => void,
	) {
		const connection = connections.of(this);
		if (!present) return callback(null); // the default credentials
		const host = serverName.toLowerCase(); // RFC 6066 §3: names are DNS's
		const presentation = present(host, connection?.peer.replace(/:\d+$/, "") ?? "");
		if (presentation === "refuse") return callback(new Error(`no certificate for ${host} can be shown`));
		if (connection) {
			connection.host = host;
			connection.presentation = presentation ?? connection.presentation;
		}
		if (presentation && presentation === unasked()) return callback(null);
		const name = `${host} ${presentation?.presented}`;
		let context = contexts.get(name);
		if (!context) {
			if (!presentation) return callback(null);
			context = createSecureContext(tlsOptions(presentation));
			contexts.set(name, context);
		}
		callback(null, context);
	};
}

/**
 * Of two certificates OpenSSL shows the one whose kind of key the client asks for, ML-DSA's if he asks for both. In a
 * context that is chosen by name Node has the last of them alone: so two are for what is shown to whoever names nobody.
 */
function tlsOptions({
	credentials,
	otherwise,
	intermediates = [],
}: Presentation & Pick<EndpointOptions, "intermediates">) {
	const all = [...(otherwise ? [otherwise.credentials] : []), credentials];
	return {
		key: all.map(({ privateKey }) => privateKey.export({ type: "pkcs8", format: "pem" })),
		cert: all.map(({ certificate, intermediates: own = [] }) =>
			[certificate, ...own, ...intermediates].map(certificatePem).join(""),
		),
		minVersion: "TLSv1.3" as const,
		maxVersion: "TLSv1.3" as const,
		ALPNProtocols: ["http/1.1"],
		// Devices resume nothing: a ticket that names a session has a seventh of the bytes of one that holds it. Of two
		// certificates OpenSSL then shows the one that it likes better, ML-DSA's, and not the one that the client does.
		secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
	};
}

/** The name of what a client has accepted. */
function shownTo(socket: TLSSocket, presentation: Presentation | undefined): string | undefined {
	const { otherwise, presented } = presentation ?? {};
	if (!otherwise) return presented;
	const { raw } = socket.getCertificate() as { raw?: Buffer };
	return raw?.equals(otherwise.credentials.certificate) ? otherwise.presented : presented;
}

/** The alert that a client sent, where OpenSSL names one: `SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:…`. */
function alertName(error: NodeJS.ErrnoException): string {
	const alert = /alert ([a-z ]+)/.exec(error.message)?.[1];
	if (alert) return alert.trim();
	return error.code === "ECONNRESET" ? "connection lost" : (error.code ?? error.message);
}
