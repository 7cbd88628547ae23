// Makes certificates.ts: `node bin/run.js test/firmware/x509/make-certificates.ts`. Keys and serial numbers are drawn
// anew each time; what a certificate is for, and why it is refused, is written down here.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createCertificateAuthority, createServerCredentials } from "../../../host/certificate-authority.js";
import * as make from "../../host/tls/certificate-maker.js";

const root = make.party("fleet CA 1"),
	next = make.party("fleet CA 2"),
	namesake = make.party("fleet CA 1");
const p256Root = make.party("fleet CA 3", "p256");
const middle = make.party("fleet intermediate"),
	lower = make.party("fleet lower intermediate");
const server = make.party("server.example"),
	p256Server = make.party("server.example", "p256");
const {
	DIGITAL_SIGNATURE: digitalSignature,
	KEY_CERT_SIGN: keyCertSign,
	KEY_ENCIPHERMENT: keyEncipherment,
	SERVER_AUTH: serverAuth,
	CLIENT_AUTH: clientAuth,
	ANY_USAGE: anyUsage,
} = make;

const names = make.alternativeNames(make.dns("server.example"));
const usual = make.leafExtensions(make.dns("server.example"));
function withNames(...list: Buffer[]): make.CertificateFields {
	return { extensions: make.leafExtensions(...list) };
}
function plus(...more: Buffer[]): make.CertificateFields {
	return { extensions: [...usual, ...more] };
}
function times(from: string, to = from): make.CertificateFields {
	return {
		validity: make.sequence(make.utcTime(from), make.utcTime(to)),
	};
}
function general(text: string): Buffer {
	return make.der(0x18, Buffer.from(text));
}
function attribute(value: Buffer): Buffer {
	return make.der(0x31, make.sequence(make.oid("2.5.4.3"), value));
}

const validity = { notBefore: new Date("2020-01-01"), notAfter: new Date("2040-01-01") };
const hostAuthority = await createCertificateAuthority({ name: "fleet CA 4", validity });
const hostServer = await createServerCredentials(hostAuthority, { names: ["server.example", "127.0.0.1"], validity });

/** Of an algorithm that nobody has. */
const unknownIdentifier = make.sequence(make.oid("1.2.3.4"), make.der(5));
const unknownAlgorithm = { innerAlgorithm: unknownIdentifier, outerAlgorithm: unknownIdentifier };
const unknownKey = make.sequence(unknownIdentifier, make.bitString(Buffer.alloc(40)));

const certificates: Record<string, Uint8Array> = {
	root: make.authority(root),
	next: make.authority(next),
	namesake: make.authority(namesake),
	p256Root: make.authority(p256Root),
	shortRoot: make.authority(root, root, { extensions: make.authorityExtensions(0) }),
	leaf: make.leaf(root, server),
	leafOfNext: make.leaf(next, server),
	leafOfNamesake: make.leaf(namesake, server),
	p256Leaf: make.leaf(root, p256Server),
	leafOfP256: make.leaf(p256Root, server),
	p256LeafOfP256: make.leaf(p256Root, p256Server),
	wildcard: make.leaf(
		root,
		server,
		withNames(
			make.dns("*.example.com"),
			make.dns("*.com"),
			make.dns("a.*.net"),
			make.dns("x*.example.org"),
			make.dns("*"),
		),
	),
	address: make.leaf(
		root,
		server,
		withNames(
			make.dns("10.0.0.1"),
			make.ip(192, 168, 0, 1),
			make.ip(...Array(16).fill(1)),
			make.dns("MixedCase.Example"),
		),
	),
	otherNames: make.leaf(
		root,
		server,
		withNames(
			make.der(0xa0, make.oid("1.2.3"), make.der(0xa0, make.utf8("x"))),
			make.der(0x81, Buffer.from("server.example")),
			make.der(0x86, Buffer.from("https://server.example")),
			make.der(0xa4, make.name("server.example")),
			make.der(0x88, Buffer.of(42)),
		),
	),
	generalizedTime: make.leaf(root, server, {
		validity: make.sequence(make.utcTime("491231235959Z"), general("20500101000000Z")),
	}),
	old: make.leaf(root, server, times("000229120000Z", "010101000000Z")),
	middle: make.authority(middle, root),
	lower: make.authority(lower, middle),
	leafOfMiddle: make.leaf(middle, server),
	leafOfLower: make.leaf(lower, server),
	otherLeafOfMiddle: make.leaf(middle, server, withNames(make.dns("other.example"))),
	narrowMiddle: make.authority(middle, root, { extensions: make.authorityExtensions(0) }),
	middleForClients: make.authority(middle, root, {
		extensions: [...make.authorityExtensions(), make.extKeyUsage(clientAuth)],
	}),
	middleForServers: make.authority(middle, root, {
		extensions: [...make.authorityExtensions(), make.extKeyUsage(serverAuth)],
	}),
	middleForAny: make.authority(middle, root, {
		extensions: [...make.authorityExtensions(), make.extKeyUsage(anyUsage)],
	}),
	middleBarred: make.authority(middle, root, {
		extensions: [make.basicConstraints(true), make.keyUsage(digitalSignature)],
	}),
	middleWithoutUsage: make.authority(middle, root, { extensions: [make.basicConstraints(true)] }),
	middleThatIsNoCA: make.authority(middle, root, {
		extensions: [make.basicConstraints(false), make.keyUsage(keyCertSign)],
	}),
	middleWithoutConstraints: make.authority(middle, root, { extensions: [make.keyUsage(keyCertSign)] }),
	middleNotCritical: make.authority(middle, root, {
		extensions: [make.extension("2.5.29.19", make.sequence(make.boolean(true)))],
	}),
	/** One authority, cross-signed: by its predecessor, and by an authority whose algorithm nobody has. */
	nextByRoot: make.authority(next, root),
	nextByUnknown: make.authority(next, make.party("company root"), unknownAlgorithm),
	nextRolledOver: make.authority(next, next, { extensions: make.authorityExtensions(0) }),
	lowerOfNextByRoot: make.authority(lower, next),
	leafByUnknown: make.leaf(root, server, unknownAlgorithm),
	middleOfUnknownKey: make.authority(middle, root, { publicKeyInfo: unknownKey }),
	middleOfServers: make.authority(middle, root, {
		extensions: [
			...make.authorityExtensions(),
			make.nameConstraints({ permitted: [make.dns("server.example"), make.ip(10, 0, 0, 0, 255, 0, 0, 0)] }),
		],
	}),
	selfSigned: make.leaf(server, server),
	middleOfNamesake: make.authority(middle, namesake),
	/** As `openssl req -x509` makes it: a server's certificate and its own CA. */
	selfIssued: make.authority(server, server, { extensions: [make.basicConstraints(true), names] }),
	hostAuthority: hostAuthority.certificate,
	hostLeaf: hostServer.certificate,
};

/** Leaves, signed by the root, that are each wrong in one thing. */
const refused: [name: string, reason: string, fields: make.CertificateFields][] = [
	["v1", "not version 3", { version: Buffer.alloc(0), extensions: [] }],
	["v2", "not version 3", { version: make.der(0xa0, make.integer(1)) }],
	["v4", "not version 3", { version: make.der(0xa0, make.integer(3)) }],
	["a serial number with a zero too many", "bad integer", { serialNumber: make.integer(0, 1) }],
	["a serial number without bytes", "bad integer", { serialNumber: make.integer() }],
	[
		"an inner algorithm other than the outer",
		"algorithms differ",
		{
			innerAlgorithm: make.signatureAlgorithm(p256Root.privateKey),
			outerAlgorithm: make.signatureAlgorithm(root.privateKey),
		},
	],
	["an empty issuer", "bad name", { issuerName: make.sequence() }],
	["an empty set in the subject", "bad name", { subjectName: make.sequence(make.der(0x31)) }],
	[
		"a set in disorder",
		"set out of order",
		{
			subjectName: make.sequence(
				make.der(
					0x31,
					make.sequence(make.oid("2.5.4.10"), make.utf8("b")),
					make.sequence(make.oid("2.5.4.3"), make.utf8("a")),
				),
			),
		},
	],
	[
		"an attribute of three",
		"trailing bytes",
		{
			subjectName: make.sequence(make.der(0x31, make.sequence(make.oid("2.5.4.3"), make.utf8("a"), make.utf8("b")))),
		},
	],
	["a time without seconds", "bad time", times("2001010000Z")],
	["a time with an offset", "bad time", times("200101000000+0000")],
	["a time of the 13th month", "bad time", times("201301000000Z")],
	["the 30th of February", "bad time", times("200230000000Z")],
	["the 29th of February of a common year", "bad time", times("210229000000Z")],
	["the 31st of June", "bad time", times("200631000000Z")],
	["the 0th of January", "bad time", times("200100000000Z")],
	["24 o'clock", "bad time", times("200101240000Z")],
	["a minute of 60", "bad time", times("200101006000Z")],
	["a leap second", "bad time", times("200101000060Z")],
	["letters in a time", "bad time", times("2001010000xxZ")],
	[
		"a GeneralizedTime of 2049",
		"bad time",
		{ validity: make.sequence(general("20490101000000Z"), general("20500101000000Z")) },
	],
	[
		"fractions of a second",
		"bad time",
		{ validity: make.sequence(make.utcTime("200101000000Z"), general("20500101000000.5Z")) },
	],
	["one date only", "truncated", { validity: make.sequence(make.utcTime("200101000000Z")) }],
	[
		"an RSA key of 32 bits",
		"unsupported public key",
		{
			publicKeyInfo: make.sequence(
				make.sequence(make.oid("1.2.840.113549.1.1.1"), make.der(5)),
				make.bitString(make.sequence(make.integer(0x41, 0, 0, 1), make.integer(3))),
			),
		},
	],
	[
		"a key of 31 bytes",
		"unsupported public key",
		{ publicKeyInfo: make.sequence(make.sequence(make.oid("1.3.101.112")), make.bitString(Buffer.alloc(31))) },
	],
	[
		"a key of 255 bits",
		"bad bit string",
		{ publicKeyInfo: make.sequence(make.sequence(make.oid("1.3.101.112")), make.bitString(Buffer.alloc(32), 1)) },
	],
	["no extension in the list", "bad extension", { uniqueIdentifiers: make.der(0xa3, make.sequence()), extensions: [] }],
	[
		"seventeen extensions",
		"too many extensions",
		plus(...Array.from({ length: 14 }, (_, i) => make.extension(`1.2.${i}`, Buffer.alloc(0)))),
	],
	["an extension twice", "duplicate extension", plus(names)],
	[
		"an unknown extension twice",
		"duplicate extension",
		plus(make.extension("1.2.3", Buffer.alloc(0)), make.extension("1.2.3", Buffer.alloc(0))),
	],
	[
		"an unknown critical extension",
		"unknown critical extension",
		plus(make.extension("1.2.3.4", Buffer.alloc(0), true)),
	],
	["critical policies", "unknown critical extension", plus(make.extension("2.5.29.32", make.sequence(), true))],
	["critical = 1", "bad boolean", plus(make.sequence(make.oid("1.2.3"), make.der(1, Buffer.of(1)), make.der(4)))],
	[
		"policy constraints that are not critical",
		"unsupported constraints",
		plus(make.extension("2.5.29.36", make.sequence())),
	],
	[
		"a leaf that may sign certificates",
		"wrong key usage",
		{ extensions: [make.keyUsage(digitalSignature | keyCertSign), make.extKeyUsage(serverAuth), names] },
	],
	["an at sign in a DNS name", "name does not match", withNames(make.dns("server@example"))],
	[
		"an identifier with a leading 80",
		"bad object identifier",
		plus(make.sequence(make.der(6, Buffer.of(0x2a, 0x80, 1)), make.der(4))),
	],
	[
		"an identifier that stops",
		"bad object identifier",
		plus(make.sequence(make.der(6, Buffer.of(0x2a, 0x81)), make.der(4))),
	],
	["an identifier without bytes", "bad object identifier", plus(make.sequence(make.der(6), make.der(4)))],
	[
		"keyUsage of nothing",
		"wrong key usage",
		{
			extensions: [
				make.extension("2.5.29.15", make.bitString(Buffer.of(0)), true),
				make.extKeyUsage(serverAuth),
				names,
			],
		},
	],
	[
		"keyUsage without bits",
		"wrong key usage",
		{
			extensions: [
				make.extension("2.5.29.15", make.bitString(Buffer.alloc(0)), true),
				make.extKeyUsage(serverAuth),
				names,
			],
		},
	],
	[
		"keyUsage with unused bits set",
		"bad bit string",
		{
			extensions: [
				make.extension("2.5.29.15", make.bitString(Buffer.of(0x81), 7), true),
				make.extKeyUsage(serverAuth),
				names,
			],
		},
	],
	["pathLen of no CA", "bad extension", plus(make.extension("2.5.29.19", make.sequence(make.integer(0)), true))],
	[
		"a negative pathLen",
		"bad integer",
		plus(make.extension("2.5.29.19", make.sequence(make.boolean(true), make.integer(0xff)), true)),
	],
	[
		"bytes behind basicConstraints",
		"trailing bytes",
		plus(make.extension("2.5.29.19", Buffer.concat([make.sequence(), Buffer.of(0)]), true)),
	],
	["extKeyUsage of nothing", "bad extension", { extensions: [make.extKeyUsage(), names] }],
	[
		"no alternative name in the list",
		"bad extension",
		{ extensions: [make.extKeyUsage(serverAuth), make.alternativeNames()] },
	],
	["an empty DNS name", "name does not match", withNames(make.dns(""))],
	["a DNS name with a zero in it", "name does not match", withNames(make.dns("server.example\0.evil.example"))],
	["a DNS name beyond ASCII", "name does not match", withNames(make.dns("s\u00e9rver.example"))],
	["an alternative name of a universal type", "unexpected tag", withNames(make.dns("server.example"), make.utf8("x"))],
	[
		"no alternative name",
		"no subject alternative name",
		{ extensions: [make.keyUsage(digitalSignature), make.extKeyUsage(serverAuth)] },
	],
	[
		"another name",
		"name does not match",
		withNames(
			make.dns("server.example.com"),
			make.dns("example"),
			make.dns("*.server.example"),
			make.dns("server.example."),
		),
	],
	[
		"a key for encipherment",
		"wrong key usage",
		{ extensions: [make.keyUsage(keyEncipherment), make.extKeyUsage(serverAuth), names] },
	],
	[
		"clients only",
		"wrong extended key usage",
		{ extensions: [make.keyUsage(digitalSignature), make.extKeyUsage(clientAuth), names] },
	],
	[
		"a CA whose key signs certificates alone",
		"wrong key usage",
		{ extensions: [...make.authorityExtensions(), make.extKeyUsage(serverAuth), names] },
	],
	["4,609 bytes", "certificate too large", plus(make.extension("1.2.3", Buffer.alloc(4_400)))],
	["a signature of no whole bytes", "bad bit string", {}],
	["bytes behind the certificate", "trailing bytes", {}],
	["bytes behind the signature", "trailing bytes", {}],
	["a length with a byte too many", "length not minimal", {}],
	["an indefinite length", "length not minimal", {}],
	["a length of three bytes", "length not minimal", {}],
	[
		"name constraints of a leaf",
		"bad extension",
		plus(make.nameConstraints({ permitted: [make.dns("server.example")] })),
	],
	["name constraints of nothing", "bad extension", plus(make.extension("2.5.29.30", make.sequence(), true))],
	[
		"name constraints with an empty list",
		"bad extension",
		plus(make.extension("2.5.29.30", make.sequence(make.der(0xa0)), true)),
	],
	[
		"name constraints with an address of seven bytes",
		"bad extension",
		plus(make.nameConstraints({ permitted: [make.ip(10, 0, 0, 0, 255, 0, 0)] })),
	],
	[
		"name constraints with a minimum of 1",
		"unsupported constraints",
		plus(
			make.extension(
				"2.5.29.30",
				make.sequence(make.der(0xa0, make.sequence(make.dns("a.example"), make.der(0x80, Buffer.of(1))))),
				true,
			),
		),
	],
	[
		"name constraints with a maximum",
		"unsupported constraints",
		plus(
			make.extension(
				"2.5.29.30",
				make.sequence(make.der(0xa0, make.sequence(make.dns("a.example"), make.der(0x81, Buffer.of(9))))),
				true,
			),
		),
	],
	[
		"keyUsage of three bytes",
		"bad bit string",
		{ extensions: [make.extension("2.5.29.15", make.bitString(Buffer.of(0x80, 0, 0)), true), names] },
	],
];

/** Leaves, signed by the root, that are odd in one thing that harms nobody: authorities make such. */
const tolerated: [name: string, fields: make.CertificateFields][] = [
	["a serial number of zero", { serialNumber: make.integer(0) }],
	["a negative serial number", { serialNumber: make.integer(0x80) }],
	["a serial number of 21 bytes", { serialNumber: make.integer(...Array(21).fill(1)) }],
	["a subject that is an integer", { subjectName: make.sequence(attribute(make.integer(1))) }],
	["an asterisk in a PrintableString", { subjectName: make.sequence(attribute(make.der(0x13, Buffer.from("*")))) }],
	["an eighth bit in an IA5String", { subjectName: make.sequence(attribute(make.der(0x16, Buffer.of(0x80)))) }],
	["a BMPString", { subjectName: make.sequence(attribute(make.der(0x1e, Buffer.of(0)))) }],
	["a UniversalString", { subjectName: make.sequence(attribute(make.der(0x1c, Buffer.of(0, 0)))) }],
	["a unique identifier", { uniqueIdentifiers: make.der(0x81, Buffer.of(0, 1)) }],
	["critical = false, written", plus(make.sequence(make.oid("1.2.3"), make.boolean(false), make.der(4)))],
	[
		"basicConstraints of a CA that are not critical",
		{
			extensions: [make.extension("2.5.29.19", make.sequence(make.boolean(true))), make.extKeyUsage(serverAuth), names],
		},
	],
	["alternative names that are not critical beside an empty subject", { subjectName: make.sequence() }],
	["an underscore in a DNS name", withNames(make.dns("server_1.example"), make.dns("server.example"))],
	["an eighth bit in a URI", withNames(make.dns("server.example"), make.der(0x86, Buffer.of(0x80)))],
	[
		"keyUsage with zeros at the end",
		{
			extensions: [
				make.extension("2.5.29.15", make.bitString(Buffer.of(0x80)), true),
				make.extKeyUsage(serverAuth),
				names,
			],
		},
	],
	["cA = false, written", plus(make.extension("2.5.29.19", make.sequence(make.boolean(false)), true))],
	["an IP address of five bytes", withNames(make.dns("server.example"), make.ip(1, 2, 3, 4, 5))],
	["a CA", { extensions: [make.basicConstraints(true), make.extKeyUsage(serverAuth), names] }],
	["extKeyUsage of any", { extensions: [make.keyUsage(digitalSignature), make.extKeyUsage(anyUsage), names] }],
	["no extKeyUsage", { extensions: [make.keyUsage(digitalSignature), names] }],
	["no keyUsage and no extKeyUsage", { extensions: [names] }],
];

function refusedCertificate(name: string, fields: make.CertificateFields): Buffer {
	const good = make.leaf(root, server, fields);
	const bits = good.lastIndexOf(make.der(3, Buffer.alloc(65)).subarray(0, 3));
	switch (name) {
		case "a signature of no whole bytes": {
			good[bits + 2] = 1;
			return good;
		}
		case "bytes behind the certificate":
			return Buffer.concat([good, Buffer.of(0)]);
		case "bytes behind the signature":
			return make.sequence(good.subarray(4), make.der(5));
		case "a length with a byte too many":
			return Buffer.concat([good.subarray(0, 4), good.subarray(4, 5), Buffer.of(0x83, 0), good.subarray(6)]);
		case "an indefinite length":
			return Buffer.concat([Buffer.of(0x30, 0x80), good.subarray(4), Buffer.of(0, 0)]);
		case "a length of three bytes":
			return Buffer.concat([Buffer.of(0x30, 0x83, 0), good.subarray(2)]);
		default:
			return good;
	}
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex");
}
const good = Object.entries(certificates).map(([key, bytes]) => `\t${key}: "${hex(bytes)}",\n`);
const wrong = refused.map(([name, reason, fields]) => {
	const columns = [name, reason, hex(refusedCertificate(name, fields))].map(column => JSON.stringify(column));
	return `\t[${columns.join(", ")}],\n`;
});
const odd = tolerated.map(
	([name, fields]) => `\t[${JSON.stringify(name)}, ${JSON.stringify(hex(make.leaf(root, server, fields)))}],\n`,
);
const text = `// Made by make-certificates.ts, which says what each is for.

/** Hexadecimal DER. */
export const certificates = {
${good.join("")}};

/** What each is, why it is refused, its DER. */
export const refusedCertificates: readonly (readonly [name: string, reason: string, hex: string])[] = [
${wrong.join("")}];

/** What is odd about each, its DER. */
export const toleratedCertificates: readonly (readonly [name: string, hex: string])[] = [
${odd.join("")}];
`;
writeFileSync(fileURLToPath(new URL("certificates.ts", import.meta.url)), text);
