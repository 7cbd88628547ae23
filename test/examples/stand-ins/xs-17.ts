// What the SDK's XS has, its own clients use, and npm's XS lacks.

import { print } from "../../../boards/xs/natives.js";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Object.assign(ArrayBuffer, {
	fromString: (text: string) => Uint8Array.from(text, char => char.charCodeAt(0)).buffer, // ASCII
});
Object.assign(String, {
	fromArrayBuffer: (buffer: ArrayBuffer) => String.fromCharCode(...new Uint8Array(buffer)), // ASCII
});
Object.assign(Math, { irandom: (limit: number) => Math.floor(Math.random() * limit) });
Object.defineProperty(Uint8Array.prototype, "toBase64", {
	value(this: Uint8Array) {
		let text = "";
		for (let i = 0; i < this.length; i += 3) {
			const word = (this[i] << 16) | ((this[i + 1] ?? 0) << 8) | (this[i + 2] ?? 0);
			for (const at of [18, 12, 6, 0]) text += BASE64[(word >> at) & 63];
		}
		const missing = (3 - (this.length % 3)) % 3;
		return text.slice(0, text.length - missing) + "=".repeat(missing);
	},
});
Object.assign(globalThis, { trace: (...parts: string[]) => print(`# trace: ${parts.join("").trim()}`) });
