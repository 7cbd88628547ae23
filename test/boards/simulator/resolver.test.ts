import * as assert from "uvu/assert";
import { simulated, test } from "./simulate.js";

test("a name is looked up later, and IPv4 comes back", async () => {
	const { lines } = await simulated(({ natives: { resolve, print, exit } }) => {
		resolve("localhost", address => {
			print(`found ${address}`);
			exit(0);
		});
		print("asked");
	}, null);
	assert.equal(lines, ["asked", "found 127.0.0.1"]);
});

test("a name that does not exist is undefined", async () => {
	// RFC 6761 §6.4: no name under `invalid` exists.
	const { lines } = await simulated(({ natives: { resolve, print, exit } }) => {
		resolve("baton.invalid", address => {
			print(String(address));
			exit(0);
		});
	}, null);
	assert.equal(lines, ["undefined"]);
});

test("timers run while names are looked up, and 8 look-ups run at a time", async () => {
	const { lines } = await simulated(({ natives: { resolve, print, exit, timerSet } }) => {
		let answers = 0;
		let asked = 0;
		try {
			for (; asked < 20; asked++) {
				resolve("localhost", () => {
					answers++;
					if (answers === asked) {
						print(`${answers} answers`);
						exit(0);
					}
				});
			}
		} catch (error) {
			print(`${asked} ${error}`);
		}
		timerSet(() => print("timer"), 0);
	}, null);
	assert.equal(lines.slice().sort(), ["8 Error: no look-up is free", "8 answers", "timer"].sort());
});

test("the port takes the bench's table first: the entries of the port before others, transport only", async () => {
	const map = [
		{ host: "a.example", address: "127.0.0.2", toPort: 9000 },
		{ host: "a.example", port: 443, address: "127.0.0.1", toPort: 8443 },
		{ host: "a.example", address: "127.0.0.3", toPort: 9000 },
	];
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }, map) => {
		const { resolver } = xsBoard(map);
		let left = 4;
		const ask = (host: string, port: number) =>
			resolver.resolve({
				host,
				port,
				onResolved: found =>
					done(`${host}:${port} ${found.map(({ address, port }) => `${address}:${port}`).join(" ")}`),
				onError: () => done(`${host}:${port} not found`),
			});
		const done = (line: string) => {
			print(line);
			if (--left === 0) exit(0);
		};
		ask("a.example", 443);
		ask("a.example", 80);
		ask("localhost", 80);
		ask("x".repeat(254), 80);
		print("asked");
	}, map);
	assert.is(lines[0], "asked");
	assert.equal(
		lines.slice(1).sort(),
		[
			"a.example:443 127.0.0.1:8443",
			"a.example:80 127.0.0.2:9000 127.0.0.3:9000",
			"localhost:80 127.0.0.1:80",
			`${"x".repeat(254)}:80 not found`,
		].sort(),
	);
});

test.run();
