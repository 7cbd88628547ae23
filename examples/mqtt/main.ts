// The SDK's MQTT client over a connection that Baton has authenticated (mqtts): it publishes, hears itself, and connects
// again when the connection goes. The broker's name and port are those of the service in the settings.

import MQTTClient from "embedded:network/mqtt/client";
import { Baton } from "baton/baton";
import { ascii } from "baton/bytes";
import { parseURL } from "baton/url";
import { keepConnected } from "board/network";
import { provisioned } from "board/provisioned";

const TOPIC = "baton/example";

export default function () {
	provisioned((ports, settings) => {
		const baton = new Baton({ ports, settings });
		const { timer, print } = ports;
		const { host, port } = parseURL(settings.service);

		function connect(): void {
			const client = new MQTTClient({
				...baton.client,
				host,
				port,
				id: `baton-${ports.ticks()}`,
				keepAlive: 60_000,
				onControl(message: unknown) {
					const { operation } = message as { operation: number }; // the SDK's types have it otherwise
					if (operation === MQTTClient.CONNACK) subscribe();
					if (operation === MQTTClient.SUBACK) client.write(ascii("hello").buffer, { topic: TOPIC });
				},
				onReadable(byteLength) {
					const { byteLength: length } = client.read(byteLength);
					print(`# the broker says ${length} bytes`);
				},
				onError() {
					print("# no broker");
					timer.set(connect, settings.serviceInterval);
				},
			});
			const subscribe = () => {
				const options = { operation: MQTTClient.SUBSCRIBE, items: [{ topic: TOPIC, QoS: 0 }], topic: TOPIC };
				client.write(new ArrayBuffer(0), options);
			};
		}

		let isConnecting = false;
		keepConnected(timer, print, () => {
			baton.start();
			if (!isConnecting) connect();
			isConnecting = true;
		});
	});
}
