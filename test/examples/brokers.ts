// The least of an MQTT broker and of a WebSocket server, for the examples: each says back what it hears. And a server of
// OpenSSL's kind, whose answer ends with the connection.

import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { certificatePem, type ServerCredentials } from "../../host/certificate-authority.js";

export interface Broker {
	port: number;
	/** What clients have said. */
	heard: string[];
	/** Ends every connection. */
	hangUp(): void;
	close(): Promise<void>;
}

type Serve = (socket: TLSSocket, heard: string[]) => void;

async function open({ privateKey, certificate }: ServerCredentials, serve: Serve): Promise<Broker> {
	const sockets = new Set<TLSSocket>();
	const heard: string[] = [];
	const key = privateKey.export({ type: "pkcs8", format: "pem" });
	const server = createServer({ key, cert: certificatePem(certificate), minVersion: "TLSv1.3" }, socket => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket)).on("error", () => {});
		serve(socket, heard);
	});
	server.on("tlsClientError", () => {});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const hangUp = () => {
		for (const socket of sockets) socket.end();
	};
	return {
		port: (server.address() as AddressInfo).port,
		heard,
		hangUp,
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

const CONNECT = 1,
	PUBLISH = 3,
	SUBSCRIBE = 8;

/** MQTT 3.1.1, short packets: takes any client, and publishes to it whatever it publishes. */
export function openMqttBroker(credentials: ServerCredentials): Promise<Broker> {
	return open(credentials, (socket, heard) => {
		let begun = Buffer.alloc(0);
		socket.on("data", data => {
			begun = Buffer.concat([begun, data]);
			while (begun.length >= 2 && begun.length >= 2 + begun[1]) {
				const packet = begun.subarray(0, 2 + begun[1]);
				begun = begun.subarray(packet.length);
				const operation = packet[0] >> 4;
				if (operation === CONNECT) socket.write(Buffer.of(0x20, 2, 0, 0));
				if (operation === SUBSCRIBE) socket.write(Buffer.of(0x90, 3, packet[2], packet[3], 0));
				if (operation !== PUBLISH) continue;
				heard.push(packet.subarray(4 + packet[3]).toString());
				socket.write(packet);
			}
		});
	});
}

/** RFC 6455, one short frame at a time. */
export function openWebSocketServer(credentials: ServerCredentials): Promise<Broker> {
	return open(credentials, (socket, heard) => {
		let head = "";
		socket.on("data", data => {
			if (head.endsWith("\r\n\r\n")) {
				const [mask, masked] = [data.subarray(2, 6), data.subarray(6)];
				const text = Uint8Array.from(masked, (byte: number, i: number) => byte ^ mask[i % 4]);
				heard.push(Buffer.from(text).toString());
				socket.write(Buffer.of(0x81, text.length, ...text));
				return;
			}
			head += data.toString("latin1");
			const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1];
			if (!head.endsWith("\r\n\r\n") || !key) return;
			const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
			const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
			socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
		});
	});
}

/** HTTP/1.0 as `openssl s_server -www` speaks it: no length, the body ends with close_notify. */
export function openPageServer(credentials: ServerCredentials, body: Uint8Array): Promise<Broker> {
	return open(credentials, (socket, heard) => {
		socket.once("data", data => {
			heard.push(data.toString("latin1"));
			socket.write("HTTP/1.0 200 ok\r\nContent-type: text/html\r\n\r\n");
			socket.end(body);
		});
	});
}

/** Says how long its body will be, and closes in order before its end. */
export function openCutServer(credentials: ServerCredentials): Promise<Broker> {
	return open(credentials, (socket, heard) => {
		socket.once("data", data => {
			heard.push(data.toString("latin1"));
			socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
		});
	});
}
