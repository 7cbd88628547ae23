// Runs on the board: what the settings name. With `preload` everything up to `start` runs in the shared root.

import { collect, memory, processorTime } from "../../../boards/xs/measure.js";
import {
	exit,
	flashErase,
	flashRead,
	flashSize,
	flashWrite,
	print,
	random,
	resolve,
	settings,
	TCP_READABLE,
	TCP_WRITABLE,
	tcpClose,
	tcpOpen,
	tcpRead,
	tcpWrite,
	ticks,
	timerSet,
} from "../../../boards/xs/natives.js";

const constant = Uint8Array.of(1, 2, 3);
const BIG = 2n ** 100n;
const pattern = /^(\d+)-(\d+)$/;
let calls = 0;

const programs: { [name: string]: () => void } = {
	"write a preloaded buffer": () => {
		constant[0] = 9;
		exit(0);
	},
	"use what is preloaded"() {
		calls++; // a variable of the root's: the machine has a copy of its own
		print(`${constant.join()} ${BIG + 1n} ${pattern.exec("12-345")!.slice(1).join()} ${calls}`);
		class Derived extends Array<number> {}
		collect();
		print(`${Derived.from([3, 1, 2]).sort().join()} ${[..."añ€"].length} ${new Error("reason").message}`);
		exit(0);
	},
	"fill the memory"() {
		const kept: Uint8Array[] = [];
		for (;;) kept.push(new Uint8Array(1000));
	},
	recurse() {
		const deeper = (n: number): number => deeper(n + 1) + 1;
		deeper(0);
	},
	throw() {
		timerSet(() => {
			throw new TypeError("nobody catches this");
		}, 1);
	},
	reject() {
		void Promise.reject(new Error("nobody handles this"));
	},
	"wait for nothing"() {},
	flash() {
		const read = (name: string, length: number, offset = 0) =>
			[...new Uint8Array(flashRead(name, length, offset))].join();
		print(["ca0", "ca1", "poll", "nvs"].map(flashSize).join());
		flashWrite("ca1", Uint8Array.of(0x0f, 0xff, 0, 1), 4096);
		flashWrite("ca1", Uint8Array.of(0xff, 0x0f, 0xff, 2), 4096);
		print(`${read("ca1", 4, 4096)} ${read("ca1", 4, 4092)} ${read("ca0", 4)} ${read("poll", 4)}`);
		flashWrite("ca1", Uint8Array.of(7, 7, 7, 7), 4092);
		flashErase("ca1", 1);
		print(`${read("ca1", 4, 4096)} ${read("ca1", 4, 4092)}`);
		for (const wrong of [
			() => flashWrite("ca1", Uint8Array.of(1), 0),
			() => flashWrite("ca1", new Uint8Array(4), 2),
			() => flashErase("poll", 1),
			() => flashRead("poll", 1, 4096),
			() => flashRead("nvs", 1, 0),
		]) {
			try {
				wrong();
				print("not refused");
			} catch (error) {
				print(String(error));
			}
		}
		exit(0);
	},
	random() {
		const [a, b] = [new Uint8Array(1000), new Uint8Array(1000)];
		random(a);
		random(b);
		const differing = a.filter((byte, i) => byte !== b[i]).length;
		print(String(differing > 900 && new Set(a).size > 200));
		exit(0);
	},
	"run timers"() {
		const started = ticks();
		const order: number[] = [];
		for (const delay of [30, 10, 20]) timerSet(() => order.push(delay), delay);
		timerSet(() => {
			const passed = (ticks() - started) | 0;
			print(`${order.join()} ${passed >= 60 && passed < 60_000}`);
			exit(0);
		}, 60);
	},
	"count instructions"() {
		let sum = 0;
		const before = processorTime();
		for (let i = 0; i < 10_000; i++) sum += i;
		print(`${sum} ${Math.round((processorTime() - before) * 1e6)} ${memory().ceiling}`);
		exit(0);
	},
	"look up"() {
		resolve("localhost", address => {
			print(String(address));
			exit(0);
		});
	},
};

function talk(port: number): void {
	let received = 0,
		sum = 0;
	const handle = tcpOpen("127.0.0.1", port, (kind, n) => {
		if (kind === TCP_WRITABLE && received === 0 && n === 5760) tcpWrite(handle, Uint8Array.of(1, 2, 3));
		if (kind === TCP_READABLE)
			for (let bytes = tcpRead(handle, 1000); bytes; bytes = tcpRead(handle, 1000)) {
				received += bytes.byteLength;
				for (const byte of new Uint8Array(bytes)) sum = (sum + byte) | 0;
			}
		if (kind > TCP_READABLE && kind !== TCP_WRITABLE) {
			print(`${received} ${sum}`);
			tcpClose(handle);
			exit(0);
		}
	});
}

function start(): void {
	const { name, port } = JSON.parse(settings());
	if (name === "talk") talk(port);
	else programs[name]!();
}

(globalThis as { start?: () => void }).start = start;
