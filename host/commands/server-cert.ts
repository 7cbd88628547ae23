// server-cert: a certificate for a service, or for a download server, whose key was made where it is used.

import { readFileSync } from "node:fs";
import { certificatePem, issueServerCertificate, readCertificateRequest } from "../certificate-authority.js";
import { replaceFile } from "../durable-file.js";
import { FleetDesk } from "../fleet-desk.js";
import { authorityOf } from "../operator.js";
import { OperatorError } from "../operator-error.js";

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
): Promise<void> {
	const { fleet, operation } = FleetDesk.open({ folder });
	const by = generation ?? operation.full;
	const { letter, phase } = authorityOf(operation, by);
	if (phase === "revoked" || phase === "terminated")
		throw new OperatorError(`CA ${letter} is ${phase}: no device should meet a new certificate from it`);
	let request;
	try {
		request = await readCertificateRequest(readFileSync(csr, "utf8"));
	} catch (error) {
		throw new OperatorError(`${csr}: not a certificate signing request in PEM: ${(error as Error).message}`);
	}
	const names = name ?? request.names;
	if (names.length === 0) throw new OperatorError(`${csr} asks for no name: give --name`);
	const downloads = fleet.generations.map(of => new URL(fleet.nextAddress(of)).hostname);
	for (const one of names) {
		const namedBy = fleet.generations[downloads.indexOf(one)];
		if (namedBy !== undefined && namedBy !== by) {
			throw new OperatorError(
				`${one} is named by CA information ${namedBy}: its certificate must come from that CA (--generation ${namedBy})`,
			);
		}
		if (namedBy === undefined && !fleet.settings.services.includes(one)) {
			process.stderr.write(
				`baton: note: ${one} is none of the fleet's services (${fleet.settings.services.join(", ")})\n`,
			);
		}
	}
	const { type, curve } = {
		type: request.publicKey.asymmetricKeyType,
		curve: request.publicKey.asymmetricKeyDetails?.namedCurve,
	};
	if (type !== "ed25519" && !(type === "ec" && curve === "prime256v1")) {
		throw new OperatorError(
			`${csr}: its key is ${type}; devices verify Ed25519 (openssl genpkey -algorithm ed25519), or P-256 in builds that have it`,
		);
	}
	const notBefore = new Date(Math.floor(Date.now() / 1_000) * 1_000);
	const notAfter =
		days === undefined
			? fleet.dateOf(authorityOf(operation, by).until)
			: new Date(notBefore.getTime() + days * 86_400_000);
	const pem = certificatePem(
		await issueServerCertificate(fleet.authority(by), {
			names,
			validity: { notBefore, notAfter },
			publicKey: request.publicKey,
		}),
	);
	if (out === undefined) process.stdout.write(pem);
	else replaceFile(out, pem);
	process.stderr.write(`certificate by CA ${letter} (generation ${by}) for ${names.join(", ")}\n`);
}
