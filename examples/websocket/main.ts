// The SDK's WebSocket client over a connection that Baton has authenticated (wss): it says something, hears the echo, and
// connects again when the connection goes. Name, port and path are those of the service in the settings.

import WebSocketClient from "embedded:network/websocket/client";
import { Baton } from "baton/baton";
import { ascii } from "baton/bytes";
import { parseURL } from "baton/url";
import { keepConnected } from "board/network";
import { provisioned } from "board/provisioned";

export default function () {
	provisioned((ports, settings) => {
		const baton = new Baton({ ports, settings });
		const { timer, print } = ports;
		const { host, port, path } = parseURL(settings.service);

		function connect(): void {
			let hasSpoken = false;
			const again = (why: string) => {
				print(`# ${why}`);
				timer.set(connect, settings.serviceInterval);
			};
			new WebSocketClient({
				...baton.client,
				host,
				port,
				path,
				onWritable() {
					if (!hasSpoken) this.write(ascii("hello").buffer, { binary: false });
					hasSpoken = true;
				},
				onReadable(byteLength) {
					this.read(byteLength);
					print(`# the server says ${byteLength} bytes`);
				},
				onClose: () => again("the server has closed"),
				onError: () => again("no server"),
			});
		}

		let isConnecting = false;
		keepConnected(timer, print, () => {
			baton.start();
			if (!isConnecting) connect();
			isConnecting = true;
		});
	});
}
