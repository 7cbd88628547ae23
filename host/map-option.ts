// `--map NAME[:PORT]=ADDRESS:PORT`: where a name leads. Transport only: SNI, Host and the name check keep NAME.

import { isIPv4 } from "node:net";
import type { RunSettings } from "../boards/settings.js";
import { OperatorError } from "./operator-error.js";

/** Throws OperatorError. */
export function parseMap(text: string): RunSettings["map"][number] {
	const found = /^([A-Za-z0-9.-]+)(?::(\d+))?=([\d.]+):(\d+)$/.exec(text);
	const [, name, port, address, toPort] = found ?? [];
	const isPort = (digits: string) => Number(digits) >= 1 && Number(digits) <= 65_535;
	if (!found || !isIPv4(address) || !isPort(toPort) || (port !== undefined && !isPort(port))) {
		throw new OperatorError(`--map: expected NAME[:PORT]=ADDRESS:PORT with a dotted IPv4 address, got ${text}`);
	}
	return {
		host: name.toLowerCase(),
		...(port === undefined ? {} : { port: Number(port) }),
		address,
		toPort: Number(toPort),
	};
}
