// What whoever starts a device on a bench hands over to its board, as one JSON text. On an ESP32 the same facts are
// built into the firmware.

export interface RunSettings {
	/** The fleet's name: part of what every CA information's signature covers. */
	fleet: string;
	/** The factory CA information, in hexadecimal. */
	factory: string;
	/** The download-server (DL) public keys, 32 bytes each, in hexadecimal. */
	dlKeys: string[];
	/** https URL of the service. */
	service: string;
	/** Where names lead: transport only. `port` absent: any port of that host. */
	map: { host: string; port?: number; address: string; toPort: number }[];
	pollInterval: number; // ms
	serviceInterval: number; // ms
	/** One session's deadline in ms; 60,000 if absent. */
	deadline?: number;
	/** Authenticate the service once, poll once, stop. */
	once: boolean;
	/** Stop after so many ms; absent: run until stopped. */
	runFor?: number;
}
