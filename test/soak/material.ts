// What a fleet of many generations is made of: CA information, and the certificates of its servers. Made once by the
// host's own certificate authority, then handed to every worker.

import { generateKeyPairSync, sign } from "node:crypto";
import { encodeCaInformation, encodePayload, signatureStructure } from "../../host/ca-information.js";
import {
	authorityName,
	createCertificateAuthority,
	createServerCredentials,
} from "../../host/certificate-authority.js";
import { rawPublicKey } from "../../host/dl-key.js";

export interface FleetMaterial {
	fleet: { name: string; dlKeys: Uint8Array[] };
	/** Of generation n at index n - 1, as everywhere here. */
	informations: Uint8Array[];
	/** Which CA: of two generations with one CA the later one moves its URL. */
	authorities: number[];
	/** Key 5. */
	revokes: boolean[];
	service: string; // host
	serviceCertificates: Uint8Array[];
	/** The host that CA information n names, and its server's certificate, issued by CA n. */
	downloads: string[];
	downloadCertificates: Uint8Array[];
	/** A certificate for the service from a CA that nobody trusts. */
	rubbish: Uint8Array;
}

/** Every seventh generation, from the fifth on, revokes all before it; every sixth is the CA of the one before, at another URL. */
export async function makeMaterial(generations: number): Promise<FleetMaterial> {
	const name = "soak.example",
		service = "service.soak.example";
	const validity = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2126-01-01T00:00:00Z") };
	const { privateKey } = generateKeyPairSync("ed25519");
	const material: FleetMaterial = {
		fleet: { name, dlKeys: [rawPublicKey(privateKey)] },
		informations: [],
		authorities: [],
		revokes: [],
		service,
		serviceCertificates: [],
		downloads: [],
		downloadCertificates: [],
		rubbish: new Uint8Array(0),
	};
	const make = (number: number) => createCertificateAuthority({ name: authorityName(name, number), validity });
	let authority = await make(1),
		number = 1;
	for (let generation = 1; generation <= generations; generation++) {
		if (generation > 1 && generation % 6 !== 0) authority = await make(++number);
		const download = `download-${generation + 1}.soak.example`;
		const payload = encodePayload({
			generation,
			certificate: authority.certificate,
			nextAddress: `https://${download}/ca-information`,
			...(generation % 7 === 5 ? { revokes: true } : {}),
		});
		material.revokes.push(generation % 7 === 5);
		material.informations.push(
			encodeCaInformation(payload, { ed25519: sign(null, signatureStructure(name, payload), privateKey) }),
		);
		material.authorities.push(number);
		const issue = async (host: string) =>
			(await createServerCredentials(authority, { names: [host], validity })).certificate;
		const shared = material.authorities.at(-2) === number ? material.serviceCertificates.at(-1) : undefined;
		material.serviceCertificates.push(shared ?? (await issue(service)));
		material.downloads.push(download);
		material.downloadCertificates.push(await issue(download));
	}
	const stranger = await make(1);
	material.rubbish = (await createServerCredentials(stranger, { names: [service], validity })).certificate;
	return material;
}
