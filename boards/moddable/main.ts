// The module `main` of the firmware on the Moddable SDK: finds its settings, repairs the slots, waits for the network,
// runs. It connects to nobody whom it could not authenticate.

import { main } from "baton/main";
import { keepConnected } from "board/network";
import { provisioned } from "board/provisioned";

/** The SDK calls a preloaded `main` module's default export when the machine has started. */
export default function () {
	provisioned((ports, settings) => {
		const device = main(ports, settings);
		keepConnected(ports.timer, ports.print, () => device.run());
	});
}
