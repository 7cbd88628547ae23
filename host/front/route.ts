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
	/** In provisional operation: for devices that name nothing else that is shown. */
	provisional?: true;
}

/**
 * What may be shown now, the highest generation first: CAs in full operation, and those before them that were not
 * revoked; a provisional one only to those that have moved to it in a rehearsal (`rehearse`), since another device that holds
 * it would take it for the one in operation.
 * `certificate`: DER of the CA certificate of a generation. `by`: the server that shows a generation.
 */
export function shownNow(
	operation: Operation,
	certificate: (generation: number) => Uint8Array,
	by: ReadonlyMap<number, Backend>,
	rehearse = false,
): Shown[] {
	const { authorities } = operation;
	const shown = authorities.flatMap(({ generation, ca, phase }): Shown[] => {
		const provisional = phase === "provisional" && rehearse;
		if (phase !== "full" && phase !== "terminated" && !provisional) return [];
		const backends = authorities.flatMap(of => (of.ca === ca && by.has(of.generation) ? [by.get(of.generation)!] : []));
		if (backends.length === 0) return [];
		const { subject } = readTrustAnchor(certificate(generation));
		return [{ generation, subject, backend: backends.at(-1)!, ...(provisional ? { provisional } : {}) }];
	});
	return shown.sort((a, b) => b.generation - a.generation);
}

/**
 * The server for a client that names `authorities`: the highest CA that it names, a provisional one last; of one that names
 * none, or none that is shown, the highest of all that is not provisional. Undefined: nothing is shown.
 */
export function route(shown: readonly Shown[], authorities: readonly Uint8Array[]): Shown | undefined {
	const isNamed = ({ subject }: Shown) => authorities.some(name => Buffer.compare(name, subject) === 0);
	const inOperation = shown.filter(({ provisional }) => !provisional);
	return inOperation.find(isNamed) ?? shown.find(isNamed) ?? inOperation[0];
}
