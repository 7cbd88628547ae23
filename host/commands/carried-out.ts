// What came of an order, for people and for programs.

import { payloadFingerprint } from "../fingerprint.js";
import type { Fleet } from "../fleet.js";
import type { CarriedOut } from "../fleet-desk.js";
import { stepText } from "../operator-text.js";

export function carriedOutText(fleet: Fleet, { steps, signed, toSign, toCertify = [], wasDone }: CarriedOut): string[] {
	return [
		...(wasDone ? ["This order was the last that was given, and is carried out: it is not given twice."] : []),
		...steps.map(stepText),
		...signed.map(generation => `CA information ${generation} is signed`),
		...toSign.flatMap(({ generation, file, payload }) => [
			`to be signed where the DL key is: baton sign ${file} --dl DL --out ${generation}.cbor; then here: baton ca accept ${generation}.cbor`,
			`  its fingerprint, to be compared there: ${payloadFingerprint(fleet.name, payload)}`,
		]),
		...toCertify.map(
			({ generation, file }) =>
				`to be certified where its CA is: ${file}; then here: baton ca certificate ${generation} SERVER.pem`,
		),
		...(steps.length > 0 ? [`Now back up ${fleet.folder}: what was made is nowhere else.`] : []),
	];
}

export function carriedOutJson(fleet: Fleet, { steps, signed, toSign, toCertify = [], wasDone }: CarriedOut): object {
	return {
		steps,
		signed,
		toSign: toSign.map(({ generation, file, payload }) => ({
			generation,
			file,
			fingerprint: payloadFingerprint(fleet.name, payload),
		})),
		toCertify,
		wasDone: wasDone === true,
	};
}
