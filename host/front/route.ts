// Which server a device is led to, by the CAs that its ClientHello names: the one that shows a certificate of the highest
// generation that it can check. Pure.

import { readTrustAnchor } from "../../firmware/x509/path.js";
import type { Operation } from "../operator.js";

export interface Backend {
	host: string;
	port: number;
}

/** A CA that may be shown to devices, and the server that shows it. */
export interface Shown {
	/** Of its CA information in force; it may have been issued anew, and have had others before. */
	generation: number;
	/** DER of the CA certificate's subject. */
	subject: Uint8Array;
	backend: Backend;
}

/**
 * What may be shown now, the highest generation first: CAs in full operation, and those before them that were not
 * revoked; never a provisional one, since a device that holds it would take it for the one in operation.
 * `certificate`: DER of the CA certificate of a generation. `by`: the server that shows a generation.
 */
export function shownNow(
	operation: Operation,
	certificate: (generation: number) => Uint8Array,
	by: ReadonlyMap<number, Backend>,
): Shown[] {
	const { authorities } = operation;
	const shown = authorities.flatMap(({ generation, ca, phase }): Shown[] => {
		if (phase !== "full" && phase !== "terminated") return [];
		const backends = authorities.flatMap(of => (of.ca === ca && by.has(of.generation) ? [by.get(of.generation)!] : []));
		if (backends.length === 0) return [];
		return [{ generation, subject: readTrustAnchor(certificate(generation)).subject, backend: backends.at(-1)! }];
	});
	return shown.sort((a, b) => b.generation - a.generation);
}

/**
 * The server for a client that names `authorities`: the highest CA that it names; of one that names none, or none that
 * is shown, the highest of all. Undefined: nothing is shown.
 */
export function route(shown: readonly Shown[], authorities: readonly Uint8Array[]): Shown | undefined {
	const named = shown.find(({ subject }) => authorities.some(name => Buffer.compare(name, subject) === 0));
	return named ?? shown[0];
}
