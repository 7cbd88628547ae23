// What our own authority issues, extension by extension: the requirements of docs/iot-profile.md that are its.

import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	authorityName,
	createCertificateAuthority,
	createServerCredentials,
} from "../../host/certificate-authority.js";
import type { KeyType } from "../../host/signing-key.js";
import { withoutSignature } from "../../host/unsigned-certificate.js";
import { thisCentury as validity } from "../world.js";

const BASIC_CONSTRAINTS = "2.5.29.19",
	KEY_USAGE = "2.5.29.15",
	SUBJECT_KEY_IDENTIFIER = "2.5.29.14",
	AUTHORITY_KEY_IDENTIFIER = "2.5.29.35",
	EXT_KEY_USAGE = "2.5.29.37",
	ALTERNATIVE_NAME = "2.5.29.17";

/** Its extensions with their criticality. */
function extensionsOf({ extensions }: x509.X509Certificate): Record<string, boolean> {
	return Object.fromEntries(extensions.map(({ type, critical }) => [type, critical]));
}

for (const keyType of ["ed25519", "p256", "ml-dsa-44"] satisfies KeyType[]) {
	const made = await createCertificateAuthority({ name: authorityName("example", 1), validity, keyType });
	const names = ["service.example"];
	const issued = await createServerCredentials(made, { names, validity, keyType });
	const authority = new x509.X509Certificate(made.certificate),
		leaf = new x509.X509Certificate(issued.certificate);

	test(`${keyType}: our CA signs certificates and nothing else, without a bound to its path`, () => {
		const { ca, pathLength } = authority.getExtension(x509.BasicConstraintsExtension)!;
		assert.equal([ca, pathLength], [true, undefined]);
		assert.is(authority.getExtension(x509.KeyUsagesExtension)!.usages, x509.KeyUsageFlags.keyCertSign);
		assert.equal(extensionsOf(authority), {
			[BASIC_CONSTRAINTS]: true,
			[KEY_USAGE]: true,
			[SUBJECT_KEY_IDENTIFIER]: false,
		});
	});

	test(`${keyType}: devices get it without a signature, and without the key identifier that the twin keeps`, () => {
		const twin = new x509.X509Certificate(withoutSignature(made.certificate));
		assert.equal(extensionsOf(twin), { [BASIC_CONSTRAINTS]: true, [KEY_USAGE]: true });
		assert.is(twin.subject, authority.subject);
		assert.equal(twin.publicKey.rawData, authority.publicKey.rawData);
	});

	test(`${keyType}: a server's certificate is for servers, names its issuer's key and not its own`, () => {
		assert.is(leaf.getExtension(x509.KeyUsagesExtension)!.usages, x509.KeyUsageFlags.digitalSignature);
		assert.equal([...leaf.getExtension(x509.ExtendedKeyUsageExtension)!.usages], [x509.ExtendedKeyUsage.serverAuth]);
		const { keyId } = authority.getExtension(x509.SubjectKeyIdentifierExtension)!;
		assert.is(leaf.getExtension(x509.AuthorityKeyIdentifierExtension)!.keyId, keyId);
		assert.equal(extensionsOf(leaf), {
			[KEY_USAGE]: true,
			[EXT_KEY_USAGE]: false,
			[ALTERNATIVE_NAME]: false,
			[AUTHORITY_KEY_IDENTIFIER]: false,
		});
		assert.is(leaf.issuer, authority.subject);
	});

	test(`${keyType}: serial numbers are eight random bytes, and no two are one`, async () => {
		const serials = new Set([leaf.serialNumber]);
		for (let i = 0; i < 20; i++) {
			const { certificate } = await createServerCredentials(made, { names, validity, keyType });
			serials.add(new x509.X509Certificate(certificate).serialNumber);
		}
		assert.is(serials.size, 21);
		for (const serial of serials) assert.match(serial, /^[4-7][0-9a-f]{15}$/);
	});
}

test("alternative names are critical only where there is no subject", async () => {
	const made = await createCertificateAuthority({ name: authorityName("example", 1), validity });
	const long = `${"a".repeat(60)}.example`;
	const { certificate } = await createServerCredentials(made, { names: [long], validity });
	const leaf = new x509.X509Certificate(certificate);
	assert.is(leaf.subject, "");
	assert.is(extensionsOf(leaf)[ALTERNATIVE_NAME], true);
});

test.run();
