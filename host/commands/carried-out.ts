import type { CarriedOut } from "../fleet-desk.js";
import { stepText } from "../operator-text.js";

/** What to do after a revocation. */
export const afterRevocation =
	"Now give every service its certificate by the authority in full operation (baton server-cert), all at once.";

/** What came of an order, line by line, for people. */
export function carriedOutText({ steps, signed, toSign }: CarriedOut): string[] {
	return [
		...steps.map(stepText),
		...signed.map(generation => `CA information ${generation} is signed`),
		...toSign.map(
			({ generation, file }) =>
				`to be signed where the DL key is: baton sign ${file} --dl DL --out ${generation}.cbor; then here: baton ca accept ${generation}.cbor`,
		),
	];
}
