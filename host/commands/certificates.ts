// server-cert, export, provision, inspect.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunSettings } from "../../boards/settings.js";
import { settingsImage } from "../../boards/settings-image.js";
import { signed } from "../../rehearsal/deployment.js";
import { rawPublicKey } from "../ca-information.js";
import { certificatePem, issueServerCertificate, readCertificateRequest } from "../certificate-authority.js";
import { checkService, readDlKey } from "../device-command.js";
import { replaceFile } from "../durable-file.js";
import { exportStatic, provision } from "../export.js";
import { inspect } from "../inspect.js";
import { authorityOf } from "../operator.js";
import { OperatorError } from "../private-key-file.js";
import { type FolderOption, openFleet } from "./open-fleet.js";

export interface ServerCertOptions extends FolderOption {
	name?: string[];
	generation?: number;
	days?: number;
	out?: string;
}

/** PEM for nginx, Caddy or a load balancer, from a certificate signing request. */
export async function serverCert(
	csr: string,
	{ name, generation, days, out, ...options }: ServerCertOptions,
): Promise<void> {
	const { fleet, operation } = openFleet(options);
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

export function exportCommand(target: string, { listen, ...options }: FolderOption & { listen: string }): void {
	const { fleet, operation } = openFleet(options);
	const exported = exportStatic(fleet, operation, target, listen);
	if (exported.length === 0) process.stdout.write("no download server is in operation yet: nothing to serve\n");
	for (const { host, serves } of exported) process.stdout.write(`${host}: CA information ${serves}\n`);
	process.stdout.write(
		`include ${target}/nginx.conf in nginx's http block; after the next step of the plan, export again and reload\n`,
	);
}

export interface ProvisionOptions extends FolderOption, Pick<RunSettings, "map" | "pollInterval" | "serviceInterval"> {
	generation?: number;
	/** Without it no `settings` are written: only a board of the Moddable SDK has that partition. */
	service?: string;
}

export function provisionCommand(
	target: string,
	{ generation, service, map, pollInterval, serviceInterval, ...options }: ProvisionOptions,
): void {
	const { fleet, operation } = openFleet(options);
	const of = generation ?? operation.full;
	const object = signed(fleet, of);
	if (service !== undefined) checkService(service);
	for (const file of provision(object, fleet.dlKeys, target)) process.stdout.write(`${file}\n`);
	if (service !== undefined) {
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const dlKeys = fleet.dlKeys.map(key => hex(rawPublicKey(key)));
		const settings = {
			fleet: fleet.name,
			factory: hex(object),
			dlKeys,
			service,
			map,
			pollInterval,
			serviceInterval,
			once: false,
		};
		replaceFile(join(target, "settings"), settingsImage(settings));
		process.stdout.write(`${join(target, "settings")}\n`);
	}
	process.stdout.write(
		`for devices of the fleet ${fleet.name}, beginning with CA ${authorityOf(operation, of).letter} (generation ${of})\n`,
	);
}

export function inspectCommand(file: string, { fleet, dlKey }: { fleet?: string; dlKey?: string[] }): void {
	const trust = fleet !== undefined && dlKey ? { fleet, dlKeys: dlKey.map(readDlKey) } : undefined;
	try {
		process.stdout.write(inspect(new Uint8Array(readFileSync(file)), trust));
	} catch (error) {
		throw new OperatorError(`${file}: ${(error as Error).message}`);
	}
}
