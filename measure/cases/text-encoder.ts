// @noble/curves asks for a TextEncoder when it loads, for labels in ASCII. XS has none.

if (typeof globalThis.TextEncoder === "undefined") {
	class AsciiEncoder {
		encode(text: string): Uint8Array {
			return Uint8Array.from(text, character => character.charCodeAt(0));
		}
	}
	(globalThis as { TextEncoder: unknown }).TextEncoder = AsciiEncoder;
}
