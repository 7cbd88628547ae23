// A firmware of one's own with CA renewal in it: it asks its service with the SDK's HTTP client. docs/add-ca-renewal.md
// explains it.

import { Baton } from "baton/baton";
import { parseURL } from "baton/url";
import { HTTPSClient } from "board/https-client";
import { keepConnected } from "board/network";
import { provisioned } from "board/provisioned";

export default function () {
	provisioned((ports, settings) => {
		const baton = new Baton({ ports, settings });
		const { timer, print } = ports;
		const { host, port, path } = parseURL(settings.service);

		function ask(): void {
			let status = 0,
				length = 0; // bytes of the body
			const client = new HTTPSClient({ baton, timer, host, port });
			client.request({
				path,
				headers: new Map([["user-agent", baton.updater.userAgent]]),
				onHeaders(code) {
					status = code;
				},
				onReadable(byteLength) {
					length += this.read(byteLength)?.byteLength ?? 0;
				},
				onDone(error) {
					print(error ? `# no answer: ${error.message}` : `# the service answers ${status}, ${length} bytes`);
					client.close();
					timer.set(ask, settings.serviceInterval);
				},
			});
		}

		let isAsking = false;
		keepConnected(timer, print, () => {
			baton.start();
			if (!isAsking) ask();
			isAsking = true;
		});
	});
}
