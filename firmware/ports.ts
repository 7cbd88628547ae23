// What the firmware needs of a board: types only. The shapes are ECMA-419's (`embedded:storage/flash`,
// `embedded:io/socket/tcp`, the `timer` module of the Moddable SDK), cut down to what is used.
// A board's composition (`boards/*/boot.ts`) provides a `Board`; nothing else in `firmware/` reaches the world.

/** What a board provides. */
export interface Board {
	/** Opens a partition for reading and writing; undefined: there is none. Throws if it is not what it should be. */
	openFlash(partition: Partition): Flash | undefined;
	TCP: TCPConstructor;
	resolver: Resolver;
	timer: Timer;
	/** Milliseconds since some moment, modulo 2^32 (read differences as `(now - then) | 0`). Never a date. */
	ticks(): number;
	/** Fills the whole of `bytes` from a hardware source of randomness. Throws if the source fails. */
	random(bytes: Uint8Array): void;
	/**
	 * Bytes of memory for a TLS record that is longer than was asked for, and for a message that is not complete beside it;
	 * by default 26,880: all that there are.
	 */
	recordLimit?: number;
	/** Whose key share is sent first, where the settings do not say; by default X25519's. */
	keyExchange?: KeyExchange;
	/** Prints one line on the console. */
	print(line: string): void;
	/** How often in a row it has restarted by itself, as a chip does when XS has no memory left; absent: it never does. */
	restarts?(): number;
	/** Forgets the count: the board has run long enough since. */
	steady?(): void;
}

/** A group of TLS's key exchange. */
export type KeyExchange = "x25519" | "x25519mlkem768";

/** `ca0`, `ca1`: 8,192 bytes each, the two CA information slots; `poll`: 4,096 bytes, the poller's. */
export type Partition = "ca0" | "ca1" | "poll";

/** `embedded:storage/flash`: NOR flash. Programming clears bits, erasing a block sets them all. */
export interface Flash {
	/** Reads `byteLength` bytes at `offset`. Throws on a read error. */
	read(byteLength: number, offset: number): ArrayBuffer;
	/** Programs `bytes` at `offset`; both are multiples of 4. Throws if the driver reports a failure. */
	write(bytes: Uint8Array, offset: number): void;
	/** Erases the blocks `start` … `end` - 1 (default: `start` alone). Throws if the driver reports a failure. */
	eraseBlock(start: number, end?: number): void;
	status(): { size: number; blockLength: number; blocks: number };
	close(): void;
}

/** `embedded:io/socket/tcp`. Connected = the first `onWritable`. */
export interface TCP {
	/** Takes up to `byteLength` of the buffered bytes (default: all). Undefined: nothing is buffered. */
	read(byteLength?: number): ArrayBuffer | undefined;
	/** Queues `bytes`, at most as many as the last `onWritable` or `write` said. Returns how many more are taken now. */
	write(bytes: Uint8Array): number;
	/** Idempotent. No callback comes after it from our boards; an SDK's may, so callers guard. */
	close(): void;
}

export interface TCPOptions {
	address: string; // dotted IPv4
	port: number;
	onReadable?(this: TCP, byteLength: number): void;
	onWritable?(this: TCP, byteLength: number): void;
	/** Refused, reset, or (after all buffered bytes were read) closed by the peer. */
	onError?(this: TCP): void;
}

export interface TCPConstructor {
	new (options: TCPOptions): TCP;
}

/** A board's DNS client, or the address table of a test bench. Always answers later, and exactly once. */
export interface Resolver {
	resolve(request: {
		host: string;
		port: number;
		/** Where to connect, at least one: transport only. Name checks, SNI and Host keep `host`. */
		onResolved(addresses: readonly Address[]): void;
		onError(): void;
	}): void;
}

export interface Address {
	address: string; // dotted IPv4
	port: number;
}

/** One-shot timers. Delays are 0 … 2^31-1 ms: longer ones fire at once on a device. */
export interface Timer {
	set(callback: () => void, milliseconds: number): TimerID;
	clear(id: TimerID): void;
}
export type TimerID = object | number;
