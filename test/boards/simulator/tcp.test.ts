import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import * as assert from "uvu/assert";
import { simulate, simulated, test } from "./simulate.js";

const BUFFER = 5760; // bytes, each way

let server: Server;
let sockets: Socket[];
test.before.each(() => {
	sockets = [];
});
test.after.each(() => {
	for (const socket of sockets) socket.destroy();
	server?.close();
});

/** A server on 127.0.0.1; gives its port. */
async function listen(onConnection: (socket: Socket) => void, allowHalfOpen = false): Promise<number> {
	server = createServer({ allowHalfOpen, pauseOnConnect: false }, socket => {
		sockets.push(socket);
		socket.on("error", () => {});
		onConnection(socket);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return (server.address() as AddressInfo).port;
}

async function unusedPort(): Promise<number> {
	const port = await listen(() => {});
	server.close();
	await once(server, "close");
	return port;
}

/** All that a socket received until its peer ended it. */
async function whole(socket: Socket): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const part of socket) parts.push(part);
	return Buffer.concat(parts);
}

test("connected is the first time that something may be written, and nothing may be before", async () => {
	const port = await listen(socket => socket.on("data", data => socket.write(`echo ${data}`)));
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }, port) => {
		const { TCP } = xsBoard([]);
		const socket = new TCP({
			address: "127.0.0.1",
			port,
			onWritable(count) {
				print(`writable ${count}`);
				if (count === 5760) print(`room ${this.write(Uint8Array.of(104, 105))}`);
			},
			onReadable(count) {
				print(`readable ${count} ${String.fromCharCode(...new Uint8Array(this.read()!))} ${this.read()}`);
				this.close();
				exit(0);
			},
		});
		try {
			socket.write(Uint8Array.of(1));
		} catch (error) {
			print(String(error));
		}
		print(String(socket.read()));
	}, port);
	assert.equal(lines, [
		"Error: the socket is not connected",
		"undefined",
		"writable 5760",
		"room 5760", // all went into the system's buffer at once
		"readable 7 echo hi undefined",
	]);
});

test("a port where nothing listens gives one error and nothing else", async () => {
	const port = await unusedPort();
	const { lines } = await simulated(({ xsBoard, natives: { print, exit, timerSet } }, port) => {
		const { TCP } = xsBoard([]);
		new TCP({
			address: "127.0.0.1",
			port,
			onWritable: () => print("writable"),
			onReadable: () => print("readable"),
			onError() {
				print("error");
				timerSet(() => exit(0), 50);
			},
		});
		print("opened");
	}, port);
	assert.equal(lines, ["opened", "error"]);
});

test("an error comes after its callback's constructor returned, even if the address is refused at once", async () => {
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }) => {
		const { TCP } = xsBoard([]);
		// A broadcast address: connect(2) fails at once.
		const socket = new TCP({
			address: "255.255.255.255",
			port: 9,
			onError: () => (print(`error ${typeof socket}`), exit(0)),
		});
		print("opened");
	}, null);
	assert.equal(lines, ["opened", "error object"]);
});

test("the error of a peer that closes comes once, after all buffered bytes were read", async () => {
	const port = await listen(socket => socket.end("last words"));
	const { lines } = await simulated(({ xsBoard, natives: { print, exit, timerSet } }, port) => {
		const { TCP } = xsBoard([]);
		let reads = 0;
		const text = (bytes?: ArrayBuffer) => bytes && String.fromCharCode(...new Uint8Array(bytes));
		const socket = new TCP({
			address: "127.0.0.1",
			port,
			onReadable(count) {
				print(`readable ${count}`);
				timerSet(() => print(`took ${text(socket.read(4))}`), 50);
				timerSet(() => {
					reads++;
					print(`took ${text(socket.read())}`);
				}, 100);
			},
			onError() {
				print(`error ${reads} ${socket.read()}`);
				timerSet(() => exit(0), 50);
			},
		});
	}, port);
	assert.equal(lines, ["readable 10", "took last", "took  words", "error 1 undefined"]);
});

test("a reset after data was read is an error too", async () => {
	const port = await listen(socket => {
		socket.write("x");
		socket.on("data", () => socket.resetAndDestroy());
	});
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }, port) => {
		const { TCP } = xsBoard([]);
		new TCP({
			address: "127.0.0.1",
			port,
			onReadable() {
				this.read();
				this.write(Uint8Array.of(1));
			},
			onError() {
				print("error");
				exit(0);
			},
		});
	}, port);
	assert.equal(lines, ["error"]);
});

test("a peer that has closed its side still gets what is written before the error", async () => {
	let received: Promise<Buffer>;
	const port = await listen(socket => {
		received = whole(socket);
		socket.end("question");
	}, true);
	const { lines, code } = await simulated(({ xsBoard, natives: { print, exit, timerSet } }, port) => {
		const { TCP } = xsBoard([]);
		const socket = new TCP({
			address: "127.0.0.1",
			port,
			onReadable() {
				// By then the peer's close has arrived too.
				timerSet(() => {
					socket.write(Uint8Array.of(97, 98, 99));
					socket.read();
				}, 100);
			},
			onError() {
				print("error");
				this.close();
				exit(0);
			},
		});
	}, port);
	assert.equal(lines, ["error"]);
	assert.is(code, 0);
	assert.is((await received!).toString(), "abc");
});

test("writing is bounded while the peer does not read, and nothing is lost when it does", async () => {
	let accept: (socket: Socket) => void;
	const peer = new Promise<Socket>(resolve => (accept = resolve));
	const port = await listen(socket => accept(socket.pause()));
	const total = 8 << 20; // bytes: more than the two systems' buffers hold
	const device = await simulate(
		({ xsBoard, natives: { print, exit, timerSet } }, { port, total }) => {
			const { TCP } = xsBoard([]);
			let sent = 0;
			let most = 0;
			new TCP({
				address: "127.0.0.1",
				port,
				onWritable(count) {
					most = Math.max(most, count);
					for (let room = count; room > 0 && sent < total; ) {
						const part = new Uint8Array(Math.min(room, total - sent));
						for (let i = -sent & 63; i < part.length; i += 64) part[i] = (sent + i) >> 6;
						room = this.write(part);
						sent += part.length;
					}
					if (sent < total) return;
					print(`all, most ${most}`);
					this.close();
				},
				onError: () => print("error"),
			});
			const watch = (before: number) => {
				if (sent === total) return exit(0);
				if (sent === before && sent > 0) print("held back");
				timerSet(() => watch(sent), 300);
			};
			watch(0);
		},
		{ port, total },
	);
	await device.line(/held back/);
	const bytes = await whole(await peer);
	const { lines } = await device.ended;
	assert.equal([...new Set(lines)], ["held back", `all, most ${BUFFER}`]);

	const expected = Buffer.alloc(total);
	for (let i = 0; i < total; i += 64) expected[i] = i >> 6;
	assert.ok(bytes.equals(expected));
});

test("more than there is room for is refused and sends nothing", async () => {
	let received: Promise<Buffer>;
	const port = await listen(socket => (received = whole(socket)));
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }, port) => {
		const { TCP } = xsBoard([]);
		new TCP({
			address: "127.0.0.1",
			port,
			onWritable(count) {
				try {
					this.write(new Uint8Array(count + 1));
				} catch (error) {
					print(String(error));
				}
				this.write(Uint8Array.of(33));
				this.close();
				exit(0);
			},
		});
	}, port);
	assert.equal(lines, ["RangeError: expected at most 5760 bytes"]);
	assert.is((await received!).toString(), "!");
});

test("reading is bounded, and a megabyte arrives whole at a slow reader", async () => {
	const sent = Buffer.alloc(1 << 20);
	for (let i = 0; i < sent.length; i++) sent[i] = (i * 31) >> 3;
	const port = await listen(socket => socket.end(sent));
	const { lines } = await simulated(({ xsBoard, natives: { print, exit, timerSet } }, port) => {
		const { TCP } = xsBoard([]);
		let [received, most, wrong, waiting] = [0, 0, 0, false];
		const take = (socket: { read(n?: number): ArrayBuffer | undefined }) => {
			waiting = false;
			const bytes = new Uint8Array(socket.read()!);
			for (let i = 0; i < bytes.length; i++, received++) if (bytes[i] !== (((received * 31) >> 3) & 0xff)) wrong++;
		};
		const socket = new TCP({
			address: "127.0.0.1",
			port,
			onReadable(count) {
				most = Math.max(most, count);
				if (waiting) return;
				waiting = true;
				timerSet(() => take(socket), 0);
			},
			onError() {
				print(`${received} ${most} ${wrong}`);
				exit(0);
			},
		});
	}, port);
	assert.equal(lines, [`${1 << 20} ${BUFFER} 0`]);
});

test("no event follows a close, which may come in any callback and more than once", async () => {
	const port = await listen(socket => {
		socket.write("a");
		setTimeout(() => socket.end("b"), 50);
	});
	const { lines } = await simulated(({ xsBoard, natives: { print, exit, timerSet } }, port) => {
		const { TCP } = xsBoard([]);
		let awaited = 2;
		// Once both have happened, what must not follow has time to.
		const happened = () => {
			if (--awaited > 0) return;
			timerSet(() => {
				first.close();
				exit(0);
			}, 200);
		};
		const first = new TCP({
			address: "127.0.0.1",
			port,
			onReadable() {
				print("readable");
				this.close();
				this.close();
				print(String(this.read()));
				try {
					this.write(Uint8Array.of(1));
				} catch (error) {
					print(String(error));
				}
				happened();
			},
			onError: () => print("error"),
		});
		const early = new TCP({
			address: "127.0.0.1",
			port,
			onWritable: () => print("early"),
			onError: () => print("early"),
		});
		early.close();
		// Either of these closes the other one.
		const close = () => {
			twins.forEach(twin => twin.close());
			print("one of two");
			happened();
		};
		const twins = [0, 1].map(
			() => new TCP({ address: "127.0.0.1", port, onWritable: close, onReadable: () => print("twin") }),
		);
	}, port);
	assert.is(lines.filter(line => line === "one of two").length, 1);
	assert.equal(
		lines.filter(line => line !== "one of two"),
		["readable", "undefined", "Error: the socket is closed"],
	);
});

test("a handle that was closed does not reach the socket that came after it", async () => {
	const port = await listen(socket => socket.resume());
	const { lines } = await simulated(({ natives: { tcpOpen, tcpClose, tcpRead, tcpWrite, print, exit } }, port) => {
		const first = tcpOpen("127.0.0.1", port, () => {});
		tcpClose(first);
		tcpClose(first);
		const second = tcpOpen("127.0.0.1", port, kind => {
			print(`event ${kind}`);
			exit(0);
		});
		tcpClose(first);
		for (const attempt of [() => tcpRead(first, 1), () => tcpWrite(first, Uint8Array.of(1)), () => tcpRead(-1, 1)]) {
			try {
				attempt();
			} catch (error) {
				print(String(error));
			}
		}
		print(String(tcpRead(second, 5)));
	}, port);
	assert.equal(lines, [...Array(3).fill("Error: the socket is closed"), "undefined", "event 1"]);
});

test("there are 16 sockets, and one that is closed is free again", async () => {
	const port = await listen(socket => socket.resume());
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }, port) => {
		const { TCP } = xsBoard([]);
		const open: { close(): void }[] = [];
		for (let round = 0; round < 2; round++) {
			try {
				for (;;) open.push(new TCP({ address: "127.0.0.1", port }));
			} catch (error) {
				print(`${open.length} ${error}`);
			}
			open.splice(0).forEach(socket => socket.close());
		}
		exit(0);
	}, port);
	assert.equal(lines, Array(2).fill("16 Error: no socket is free"));
});

test("what is no address or no port is refused", async () => {
	const { lines } = await simulated(({ xsBoard, natives: { print, exit } }) => {
		const { TCP } = xsBoard([]);
		for (const [address, port] of [
			["localhost", 80],
			["::1", 80],
			["1.2.3", 80],
			["", 80],
			["127.0.0.1", 0],
			["127.0.0.1", 65536],
			["127.0.0.1", NaN],
		] as const) {
			try {
				new TCP({ address, port });
				print("accepted");
			} catch (error) {
				print(String(error));
			}
		}
		exit(0);
	}, null);
	assert.equal(lines, [
		...Array(4).fill("RangeError: expected a dotted IPv4 address"),
		...Array(3).fill("RangeError: expected a port"),
	]);
});

test("a socket that nobody closes does not keep a device awake once it has told its error", async () => {
	const port = await unusedPort();
	const { code, complaints } = await simulated(({ xsBoard }, port) => {
		const { TCP } = xsBoard([]);
		new TCP({ address: "127.0.0.1", port });
	}, port);
	assert.is(code, 6);
	assert.equal(complaints, ["XS: nothing left to wait for"]);
});

test.run();
