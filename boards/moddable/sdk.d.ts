// What the Moddable SDK has and @moddable/typings 5.6.0 lacks, as far as these boards use it. (`native` is in
// firmware/native.d.ts.) Type checks without the SDK need it; the SDK's own build has its own typings.

declare module "embedded:storage/flash" {
	export class Flash {
		private constructor();
		close(): void;
		eraseBlock(start: number, end?: number): void;
		read(byteLength: number, offset: number): ArrayBuffer;
		write(bytes: Uint8Array, offset: number): void;
		status(): { size: number; blockLength: number; blocks: number };
	}
	const flash: {
		/** Throws Error if there is no such partition of type `data`. */
		open(options: { path: string; mode?: "r" | "r+" }): Flash;
	};
	export default flash;
}

declare module "embedded:network/interface/wifi" {
	export default class WiFi {
		constructor(options: { onChanged?: (property: "connection" | "address") => void });
		/** Throws Error while it is connecting, and for a name or a password that is too long. */
		connect(options: { SSID: string; password?: string }): void;
		disconnect(): void;
		close(): void;
		/** 200: disconnected, 300: connecting, 400: linked, 500: has an address. */
		readonly connection: number;
		readonly address: string | undefined;
	}
}

declare module "embedded:network/interface/ethernet" {
	export default class Ethernet {
		/** Takes up a link, and asks for an address, by itself. */
		constructor(options: { onChanged?: (property: "connection" | "address") => void });
		/** Asks for an address. Throws Error while it does. */
		connect(): void;
		close(): void;
		/** 200: no link, 300: connecting, 400: linked, 500: has an address. */
		readonly connection: number;
		readonly address: string | undefined;
	}
}

/** Adds `microseconds` to `time`. */
declare module "microseconds" {}

declare module "embedded:network/websocket/client" {
	export default class WebSocketClient {
		constructor(options: {
			host: string;
			port?: number;
			path?: string;
			protocol?: string;
			headers?: Map<string, string>;
			dns: { io: new (...parameters: never[]) => object };
			socket: { io: new (...parameters: never[]) => object };
			onReadable?(this: WebSocketClient, byteLength: number, options: { more: boolean; binary: boolean }): void;
			/** The first one: the connection is there. */
			onWritable?(this: WebSocketClient, byteLength: number): void;
			onControl?(this: WebSocketClient, opcode: number, data: ArrayBuffer): void;
			onClose?(this: WebSocketClient): void;
			onError?(this: WebSocketClient): void;
		});
		read(byteLength?: number): ArrayBuffer | undefined;
		write(data: ArrayBufferLike, options?: { opcode?: number; binary?: boolean; more?: boolean }): number;
		close(): void;
	}
}
