// Authorities with ML-DSA-44 keys from `baton init` or `baton ca issue`, on whatever Node this is: keys on disk, encrypted
// or not, certificates for servers' own requests, and what devices would not negotiate.

import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readTrustAnchor, verifyPath } from "../../firmware/x509/path.js";
import { createCertificateRequest, readCertificateRequest } from "../../host/certificate-authority.js";
import { content, element, elements, OCTET_STRING, SEQUENCE, sequence } from "../../host/der.js";
import { Fleet } from "../../host/fleet.js";
import { passphrase } from "../../host/passphrases.js";
import { encryptPrivateKey } from "../../host/pbes2.js";
import {
	isKeyOf,
	MlDsa44PrivateKey,
	newKeyPair,
	nodeHasMlDsa,
	publicKeyInfo,
	readPrivateKeyPem,
} from "../../host/signing-key.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const HOST = "service.example";
const begin = ["init", "--fleet", "example", "--service", HOST, "--download-url", "https://download-{n}.example/ca"];

async function fleetOf(...orders: string[][]) {
	const folder = flashFolder();
	for (const parameters of orders) {
		const { code, error } = await runInProcess(parameters, folder);
		assert.is(code, 0, `${parameters.join(" ")}: ${error}`);
	}
	return { folder, fleet: Fleet.open(join(folder, "fleet"), passphrase("")) };
}
function kindOf(certificate: Uint8Array): string {
	return readTrustAnchor(certificate).publicKey.algorithm;
}

test("the next authority alone, and those after it: each with a download server of its own kind", async () => {
	const { fleet } = await fleetOf(
		begin,
		["ca", "issue", "--key-type", "ml-dsa-44"],
		["take-over", "--yes"],
		["ca", "issue"],
	);
	assert.equal(
		[1, 2, 3].map(generation => kindOf(fleet.certificate(generation))),
		["ed25519", "ml-dsa-44", "ml-dsa-44"],
	);
	for (const generation of [1, 2, 3]) {
		const anchor = readTrustAnchor(fleet.at(generation).anchor);
		const { certificate, privateKey } = fleet.downloadCredentials(generation);
		const { publicKey } = verifyPath([certificate], `download-${generation + 1}.example`, [anchor]);
		assert.is(publicKey.algorithm, anchor.publicKey.algorithm);
		assert.ok(isKeyOf(new X509Certificate(certificate), privateKey));
		assert.ok(fleet.information(generation)!.length < 3_400);
	}
});

test("a fleet that begins so; its keys may be encrypted", async () => {
	process.env.BATON_PASSPHRASE = "correct horse";
	try {
		const { fleet, folder } = await fleetOf([...begin, "--key-type", "ml-dsa-44"], ["check"]);
		assert.is(kindOf(fleet.certificate(1)), "ml-dsa-44");
		assert.match(readFileSync(join(folder, "fleet/authority/1/ca.key"), "utf8"), /^-----BEGIN ENCRYPTED PRIVATE KEY/);
		const opened = Fleet.open(join(folder, "fleet"), passphrase("correct horse")).authority(1);
		assert.ok(isKeyOf(new X509Certificate(opened.certificate), opened.privateKey));
		assert.throws(
			() => Fleet.open(join(folder, "fleet"), passphrase("wrong")).authority(1),
			/another passphrase opens this key/,
		);
	} finally {
		delete process.env.BATON_PASSPHRASE;
	}
});

test("a server's own request is answered; an ML-DSA key under an Ed25519 CA is not, since no device asks for it", async () => {
	const { folder } = await fleetOf(begin);
	const pair = newKeyPair("ml-dsa-44");
	const request = await createCertificateRequest(pair, [HOST]);
	writeFileSync(join(folder, "service.csr"), request);
	const bad = await runInProcess(["server-cert", "service.csr", "--out", "x.pem"], folder);
	assert.is(bad.code, 2);
	assert.match(
		bad.error,
		/devices refuse this certificate for service.example: of a CA with another key they ask for no ml-dsa-44 key/,
	);
	for (const order of [
		["ca", "issue", "--key-type", "ml-dsa-44"],
		["take-over", "--yes"],
		["server-cert", "service.csr", "--out", "service.pem"],
	])
		assert.is((await runInProcess(order, folder)).code, 0);
	assert.ok(isKeyOf(new X509Certificate(readFileSync(join(folder, "service.pem"))), pair.privateKey));
	const der = Buffer.from(request.replace(/-----[^-]+-----/g, ""), "base64");
	der[der.length - 1] ^= 1;
	const spoilt = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
	await readCertificateRequest(request);
	try {
		await readCertificateRequest(spoilt);
		assert.unreachable("accepted");
	} catch (error) {
		assert.match((error as Error).message, /not signed by its own key/);
	}
});

test("keys come back from PKCS #8: a seed, a seed with the expanded key; not an expanded key alone", () => {
	const { privateKey, publicKey } = newKeyPair("ml-dsa-44");
	const der = privateKey.export({ type: "pkcs8", format: "der" }) as Buffer;
	assert.is(der.length, 54); // as OpenSSL and Node 26 write it
	const pem = (content: Buffer) =>
		`-----BEGIN PRIVATE KEY-----\n${content.toString("base64")}\n-----END PRIVATE KEY-----\n`;
	const same = (text: string, word?: string) => {
		const read = readPrivateKeyPem(text, word);
		const info = read instanceof MlDsa44PrivateKey ? publicKeyInfo(read.publicKey) : undefined;
		assert.ok(info === undefined || info.equals(publicKeyInfo(publicKey)));
	};
	same(pem(der));
	same(encryptPrivateKey(der, "word"), "word");
	assert.throws(() => readPrivateKeyPem(encryptPrivateKey(der, "word"), "other"));
	assert.throws(() => readPrivateKeyPem(pem(der.subarray(0, 40))));
	if (nodeHasMlDsa) return; // it reads the others by itself
	const [version, algorithm] = elements(content(der, SEQUENCE));
	const expanded = element(OCTET_STRING, Buffer.alloc(2560));
	const inform = (key: Buffer) => pem(sequence(version, algorithm, element(OCTET_STRING, key)));
	same(inform(sequence(element(OCTET_STRING, der.subarray(-32)), expanded)));
	assert.throws(() => readPrivateKeyPem(inform(expanded)), /without its seed/);
});

test.run();
