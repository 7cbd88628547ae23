// The traces of RFC 8448, in Botan's transcription: sections of `name = hexadecimal`.

import { fromHex } from "../../hex.js";

export type Trace = (name: string) => Uint8Array;

/** The section `title` of the file: gives the bytes of a name. */
export function trace(text: string, title: string): Trace {
	const start = text.indexOf(`[${title}]`) + title.length + 2;
	const end = text.indexOf("\n[", start);
	const lines = text
		.slice(start, end < 0 ? undefined : end)
		.split("\n")
		.map(line => line.split(" = "));
	return name => {
		const line = lines.find(([key]) => key === name);
		if (!line) throw new Error(`no ${name} in ${title}`);
		return fromHex(line[1].replace(/\s/g, ""));
	};
}

/** A handshake message out of a record in plaintext. */
export function content(record: Uint8Array): Uint8Array {
	return record.subarray(5);
}

/** Sections whose key exchange is X25519 and whose server shows a certificate. */
export const traceTitles = ["Simple_1RTT_Handshake", "Client_Authentication_Handshake", "Middlebox_Compatibility_Mode"];
