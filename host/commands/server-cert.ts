// server-cert: a certificate for a service, or for a download server, whose key was made where it is used.

import { X509Certificate } from "node:crypto";
import { certificatePem, issueServerCertificate, readCertificateRequest } from "../certificate-authority.js";
import { judgeAuthority, judgeServer, judgeService } from "../device-judge.js";
import { replaceFile } from "../durable-file.js";
import type { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { httpsHosts } from "../fleet-plan.js";
import type { Operation } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import type { Outcome } from "./verb.js";

export interface ServerCertOptions {
	folder: string;
	name?: string[];
	generation?: number;
	days?: number;
	out?: string;
}

/** PEM for nginx, Caddy or a load balancer, from a certificate signing request. */
export async function serverCert(
	csr: string,
	{ folder, name, generation, days, out }: ServerCertOptions,
): Promise<Outcome> {
	const desk = FleetDesk.open({ folder });
	const { fleet, operation } = desk;
	const by = generation ?? operation.full;
	const authority = operation.authorities.find(one => one.generation === by);
	if (!authority) throw new OperatorError(`there is no authority of generation ${by}`);
	const { letter, phase, leafNotBefore } = authority;
	if (phase !== "full" && phase !== "provisional")
		throw new OperatorError(`CA ${letter} is ${phase}: no device should meet a new certificate from it`);
	const request = await readRequest(csr);
	const names = name ?? request.names;
	if (names.length === 0) throw new OperatorError(`${csr} asks for no name: give --name`);
	checkNames(fleet, operation, names, authority.ca);

	const ca = fleet.authority(by);
	const notBefore = new Date(Math.floor(Date.now() / 1_000) * 1_000);
	const end = new Date(new X509Certificate(ca.certificate).validTo);
	const notAfter = days === undefined ? end : new Date(notBefore.getTime() + days * 86_400_000);
	const certificate = await issueServerCertificate(ca, {
		names,
		validity: { notBefore, notAfter },
		publicKey: request.publicKey,
	});
	const anchor = { ...judgeAuthority(ca.certificate), leafNotBefore };
	for (const one of names) judgeServer([certificate], one, anchor);
	await desk.issued(by, certificate);
	const pem = certificatePem(certificate);
	if (out !== undefined) replaceFile(out, pem);
	process.stderr.write(`certificate by CA ${letter} (generation ${by}) for ${names.join(", ")}\n`);
	for (const note of notesOn(fleet, names, notAfter, end)) process.stderr.write(`baton: note: ${note}\n`);
	return {
		lines: out === undefined ? [pem.trimEnd()] : [],
		json: { generation: by, names, notAfter: notAfter.toISOString(), certificate: pem },
	};
}

async function readRequest(csr: string) {
	const text = readOptionFile("server-cert", csr).toString();
	try {
		return await readCertificateRequest(text);
	} catch (error) {
		throw new OperatorError(`${csr}: not a certificate signing request in PEM: ${(error as Error).message}`);
	}
}

/** A name that CA information names must be certified by the CA of that. Throws OperatorError. */
function checkNames(fleet: Fleet, operation: Operation, names: string[], ca: number): void {
	const downloads = operation.authorities.flatMap(({ generation, ca: of }) =>
		httpsHosts(fleet.nextAddresses(generation)).map(host => ({ generation, of, host })),
	);
	for (const name of names) {
		const named = downloads.filter(({ host }) => host === name.toLowerCase());
		if (named.length > 0 && !named.some(({ of }) => of === ca))
			throw new OperatorError(
				`${name} is named by CA information ${named[0].generation}: its certificate must come from that CA (--generation ${named[0].generation})`,
			);
	}
}

function notesOn(fleet: Fleet, names: string[], notAfter: Date, end: Date): string[] {
	const known = new Set([
		...fleet.settings.services.map(service => judgeService(service).host),
		...fleet.generations.flatMap(generation => httpsHosts(fleet.nextAddresses(generation))),
	]);
	const strange = names.filter(name => !known.has(name.toLowerCase()));
	return [
		...strange.map(name => `${name} is none of the fleet's services (${fleet.settings.services.join(", ")})`),
		...(notAfter > end
			? [
					`it is valid for longer than its CA, until ${end.toISOString().slice(0, 10)}: devices compare no dates, other software may refuse it from then on`,
				]
			: []),
	];
}
