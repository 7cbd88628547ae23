// The certificates that a fleet's services have been given, as far as they were issued here.

import { judgeService } from "./device-judge.js";
import type { Fleet } from "./fleet.js";
import type { Operation } from "./operator.js";

export interface ServiceCertificates {
	service: string;
	/** By CAs in force, the longest of each. */
	certificates: { letter: string; until: Date }[];
	/** CAs in force, by their letters, of which none was issued for it. */
	missing: string[];
}

export function serviceCertificates(fleet: Fleet, { authorities }: Operation): ServiceCertificates[] {
	const inForce = authorities.filter(({ phase }) => phase === "full" || phase === "provisional");
	// Of a CA whose key is elsewhere nobody here knows what it has issued.
	const own = inForce.filter(({ ca }) => !fleet.at(ca).ordered?.keyElsewhere);
	const issued = own.map(({ ca, letter }) => {
		const generations = authorities.filter(one => one.ca === ca).map(({ generation }) => generation);
		const all = generations.flatMap(of => [...fleet.at(of).issued, ...fleet.serviceCertificates(of)]);
		return { letter, all };
	});
	return fleet.settings.services.map(service => {
		const { host } = judgeService(service);
		const certificates = issued.flatMap(({ letter, all }) => {
			const ends = all
				.filter(one => one.checkHost(host) ?? one.checkIP(host))
				.map(({ validTo }) => Date.parse(validTo));
			return ends.length > 0 ? [{ letter, until: new Date(Math.max(...ends)) }] : [];
		});
		const having = new Set(certificates.map(({ letter }) => letter));
		return { service, certificates, missing: own.map(({ letter }) => letter).filter(letter => !having.has(letter)) };
	});
}
