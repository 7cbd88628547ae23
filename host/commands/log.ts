// log: what was ordered, signed and issued, as the audit log has it.

import type { Entry } from "../audit-log.js";
import { Fleet } from "../fleet.js";
import type { Outcome } from "./verb.js";

/** Exit code 1 if the log is not what was written. */
export function log({ folder }: { folder: string }): Outcome {
	const { audit } = Fleet.open(folder);
	const { trouble, head } = audit;
	if (trouble !== undefined) return { code: 1, lines: [trouble], json: { trouble } };
	const { lines } = audit;
	return {
		lines: [
			...lines.flatMap(line => [`${line.number}  ${line.at}  ${line.who}  ${line.what}`, ...detailsOf(line)]),
			`Each line holds the hash of the one before it; the last one's is ${head || "none yet"}`,
		],
		json: { entries: lines, head },
	};
}

interface Told {
	steps?: string[];
	signed?: { generation: number; fingerprint: string }[];
	certificates?: { subject: string; names?: string; serialNumber: string; until: string }[];
}

function detailsOf(entry: Entry): string[] {
	const { steps = [], signed = [], certificates = [] } = entry as Told;
	return [
		...steps,
		...signed.map(({ generation, fingerprint }) => `signed: CA information ${generation}, ${fingerprint}`),
		...certificates.map(
			({ subject, names, serialNumber, until }) =>
				`certificate: ${names ?? subject}, serial number ${serialNumber}, until ${until.slice(0, 10)}`,
		),
	].map(text => `     ${text}`);
}
