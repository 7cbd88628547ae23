// What a fleet's services show: a certificate by the authority in full operation and, where that has ML-DSA keys, one by
// the last authority before it that has not, for devices that know no ML-DSA or have not followed yet.

import { type Fleet, isMlDsa } from "./fleet.js";
import type { Presentation } from "./https-endpoint.js";
import { authorityOf, type Operation, shownBeside } from "./operator.js";

/** Rejects with OperatorError if a key cannot be used. */
export async function servicePresentation(fleet: Fleet, operation: Operation): Promise<Presentation> {
	const named = async (generation: number) => ({
		credentials: await fleet.serviceCredentials(generation),
		presented: authorityOf(operation, generation).letter,
	});
	const beside = shownBeside(operation, generation => isMlDsa(fleet.certificate(generation)));
	return { ...(await named(operation.full)), ...(beside === undefined ? {} : { otherwise: await named(beside) }) };
}
