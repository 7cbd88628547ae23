// TLSSocket against real servers that are not as they should be, or do what few servers do.

import { type AddressInfo, createServer as createTCPServer, type Server, type Socket } from "node:net";
import { createServer, type TLSSocket as ServerSocket, type TlsOptions } from "node:tls";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { NodeTCP } from "../../../boards/node/tcp.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { certificatePem } from "../../../host/certificate-authority.js";
import { closedPort } from "../../closed-port.js";
import { eventually } from "../../eventually.js";
import * as make from "./certificate-maker.js";
import { type Exchange, type ExchangeOptions, exchange } from "./exchange.js";
import { absent, files, openSSLServer } from "./peers.js";

const HOST = "server.example";
const root = make.party("fleet CA 1"),
	other = make.party("fleet CA 2"),
	namesake = make.party("fleet CA 1");
const leafParty = make.party(HOST);
const rootAnchor = readTrustAnchor(make.authority(root));

function credentials(issuer: make.Party, name = HOST): TlsOptions {
	return {
		cert: certificatePem(make.leaf(issuer, leafParty, { extensions: make.leafExtensions(make.dns(name)) })),
		key: leafParty.privateKey.export({ type: "pkcs8", format: "pem" }),
	};
}

async function withServer(server: Server, options: Partial<ExchangeOptions> = {}): Promise<Exchange> {
	const closing: Promise<void>[] = [];
	server.on("connection", (socket: Socket) => {
		closing.push(new Promise(resolve => socket.once("close", () => resolve())));
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const result = await exchange({ host: HOST, anchors: [rootAnchor], ...options, port });
	await Promise.all(closing); // what was said last has arrived
	await new Promise(resolve => setImmediate(resolve));
	server.close();
	return result;
}

/** Node says close_notify only after it has heard something: it still has tickets to send before. */
function answer(socket: ServerSocket): void {
	void socket.once("data", () => socket.end("hello"));
}

function withTLS(options: TlsOptions, serve = answer, more?: Partial<ExchangeOptions>) {
	const server = createServer({ ...credentials(root), ...options }, socket => {
		socket.on("error", () => {});
		socket.resume(); // bytes that nobody reads would make a reset of the end
		serve(socket);
	});
	return withServer(
		server.on("tlsClientError", () => {}),
		more,
	);
}

test("a server of TLS 1.2 is refused by either side", async () => {
	const { error, anchor } = await withTLS({ maxVersion: "TLSv1.2" });
	assert.is(error?.reason, "received protocol_version"); // it understands that we speak nothing older
	assert.is(anchor, undefined);
});

test("a certificate of another CA, of another CA of the same name, for another name: each by its reason", async () => {
	for (const [options, reason] of [
		[credentials(other), "unknown issuer"],
		[credentials(namesake), "bad signature by issuer"],
		[credentials(root, "other.example"), "name does not match"],
	] as const) {
		let alerted: string | undefined;
		const server = createServer(options, socket => void socket.end("secret"));
		server.on("tlsClientError", error => (alerted = (error as NodeJS.ErrnoException).code));
		const { error, anchor, text } = await withServer(server);
		assert.is(error?.reason, reason);
		assert.is(anchor, undefined);
		assert.is(text, "");
		assert.match(alerted ?? "", reason === "unknown issuer" ? /UNKNOWN_CA/ : /BAD_CERTIFICATE/);
	}
});

test("the next anchor is tried, and said", async () => {
	const { anchor, text, error } = await withTLS({}, undefined, {
		anchors: [readTrustAnchor(make.authority(other)), rootAnchor],
	});
	assert.is(error, undefined);
	assert.is(anchor, 1);
	assert.is(text, "hello");
});

test("a closed port is refused, a silent or broken server is lost or late", async () => {
	const closed = await exchange({ port: await closedPort(), host: HOST, anchors: [rootAnchor] });
	assert.is(closed.error?.reason, "connection refused");
	const hangsUp = await withServer(createTCPServer(socket => void socket.resume().end()));
	assert.is(hangsUp.error?.reason, "connection lost");
	const silent = await withServer(
		createTCPServer(socket => void socket.resume()),
		{ deadline: 200 },
	);
	assert.is(silent.error?.reason, "time-out");
	const chatty = await withServer(createTCPServer(socket => void socket.resume().write("SSH-2.0-OpenSSH_9.2\r\n")));
	assert.is(chatty.error?.reason, "unknown record type");
});

test("an end without close_notify is a loss, not an end", async () => {
	const { error, text, anchor } = await withTLS({}, socket => {
		socket.write(
			"half of it",
			() => (socket as unknown as { _parent?: Socket })._parent?.destroy() ?? socket.destroy(),
		);
	});
	assert.is(anchor, 0);
	assert.ok(text === "half of it" || text === "");
	assert.is(error?.reason, "connection lost");
});

test("a server that asks for a client's certificate gets none, and may accept that", async () => {
	const { text, error } = await withTLS({ requestCert: true, rejectUnauthorized: false });
	assert.is(error, undefined);
	assert.is(text, "hello");
	const insists = await withTLS({ requestCert: true, rejectUnauthorized: true });
	assert.ok(insists.error !== undefined);
});

test("an address is authenticated by its iPAddress, without server_name", async () => {
	let named: string | false | undefined | null;
	const cert = certificatePem(make.leaf(root, leafParty, { extensions: make.leafExtensions(make.ip(127, 0, 0, 1)) }));
	const { text, error } = await withTLS(
		{ cert },
		socket => {
			named = socket.servername;
			answer(socket);
		},
		{ host: "127.0.0.1" },
	);
	assert.is(error, undefined);
	assert.is(text, "hello");
	assert.not(named);
});

test("a hundred kilobytes each way", async () => {
	const much = "0123456789".repeat(10_000);
	const { text, error } = await withTLS(
		{},
		socket => {
			let heard = 0;
			socket.on("data", data => {
				heard += data.length;
				if (heard === much.length) socket.end(much);
			});
		},
		{ request: much },
	);
	assert.is(error, undefined);
	assert.is(text.length, much.length);
	assert.is(text, much);
});

test("http/1.1 is agreed on", async () => {
	let protocol: string | false | null = null;
	await withTLS({ ALPNProtocols: ["h2", "http/1.1"] }, socket => {
		protocol = socket.alpnProtocol;
		socket.end();
	});
	assert.is(protocol, "http/1.1");
});

const noOpenSSL = absent("openssl");
if (noOpenSSL) {
	test.skip(`OpenSSL changes its key, and asks for ours [${noOpenSSL}]`, () => {});
} else {
	test("OpenSSL changes its key, and asks for ours", async () => {
		const { certificates, key } = files({ chain: [make.leaf(root, leafParty)], privateKey: leafParty.privateKey });
		const { server, port } = await openSSLServer(["-cert", certificates, "-key", key]);
		try {
			let heard = "";
			server.stdout.on("data", data => (heard += data));
			const say = (line: string) => server.stdin.write(`${line}\n`);
			let hasAsked = false;
			/** s_server takes a letter for a command only where what it reads begins with it: so one line after the other. */
			class Watched extends NodeTCP {
				override read(byteLength?: number): ArrayBuffer | undefined {
					const bytes = super.read(byteLength);
					if (hasAsked && bytes) say("two"); // its KeyUpdate has come
					if (bytes) hasAsked = false;
					return bytes;
				}
			}
			const { text, error } = await exchange({
				io: Watched,
				port,
				host: HOST,
				anchors: [rootAnchor],
				request: "first\n",
				onAuthenticated() {
					say("one");
				},
				until(text) {
					if (text === "one\n") {
						hasAsked = true;
						say("K"); // KeyUpdate, with a request for ours
					}
					return text.includes("two");
				},
			});
			assert.is(error, undefined);
			assert.is(text, "one\ntwo\n");
			await eventually("OpenSSL has read what was said under our new key", () => heard.includes("first"));
		} finally {
			server.kill();
		}
	});
}

test.run();
