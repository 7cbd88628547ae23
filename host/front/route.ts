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
	/** The highest of its generations that has been in full operation; re-issues of one CA are one. */
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
	const cas = new Map<string, Shown & { backend?: Backend }>();
	for (const { generation, phase } of operation.authorities) {
		if (phase !== "full" && phase !== "terminated") continue;
		const { subject, publicKey } = readTrustAnchor(certificate(generation));
		const name = Buffer.concat([subject, publicKey.bytes]).toString("hex");
		const backend = by.get(generation) ?? cas.get(name)?.backend;
		const before = cas.get(name)?.generation ?? 0;
		cas.set(name, { generation: Math.max(generation, before), subject, backend } as Shown);
	}
	return [...cas.values()].filter(({ backend }) => backend).sort((a, b) => b.generation - a.generation);
}

/**
 * The server for a client that names `authorities`: the highest CA that it names; of one that names none, or none that
 * is shown, the highest of all. Undefined: nothing is shown.
 */
export function route(shown: readonly Shown[], authorities: readonly Uint8Array[]): Shown | undefined {
	const named = shown.find(({ subject }) => authorities.some(name => Buffer.compare(name, subject) === 0));
	return named ?? shown[0];
}
