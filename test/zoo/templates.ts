// Authorities whose software is not in Debian, or is somebody's service: certificates with the extensions that their
// documentation says they have, made by our own writer. What their servers send is what their guides tell one to
// configure.

import * as make from "../host/tls/certificate-maker.js";
import { HOST, type Maker, type Specimen } from "./specimen.js";

export const templates: Maker[] = [
	template("step-ca", stepCA),
	template("Vault", vault),
	template("cert-manager", certManager),
	template("Consul", consul),
	template("kubeadm", kubeadm),
	template("AWS Private CA", awsPrivateCA),
	template("minica (Go)", goMinica),
	template("Let's Encrypt", letsEncrypt),
];

function template(title: string, specimens: () => Specimen[]): Maker {
	return { title, missing: () => undefined, make: async () => ({ specimens: specimens() }) };
}

const { DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT, KEY_CERT_SIGN, CRL_SIGN, SERVER_AUTH, CLIENT_AUTH } = make;

/** What all of them have: who it is, who signed it. */
function identifiers(issuer: make.Party, subject: make.Party): Buffer[] {
	return [make.subjectKeyIdentifier(subject), make.authorityKeyIdentifier(issuer)];
}

function named(
	common: string,
	type: make.ClassicalKeyType,
	more: Parameters<typeof make.distinguishedName>[0] = {},
): make.Party {
	return make.party(common, type, make.distinguishedName({ ...more, CN: common }));
}

/** `step ca init`, `step ca certificate`: two CAs, both on P-256; the leaf says which provisioner vouched for it. */
function stepCA(): Specimen[] {
	const root = named("Smallstep Root CA", "p256", { O: "Smallstep" }),
		intermediate = named("Smallstep Intermediate CA", "p256", { O: "Smallstep" }),
		server = make.party(HOST, "p256");
	const usage = make.keyUsage(KEY_CERT_SIGN | CRL_SIGN);
	const authority = make.authority(root, root, {
		extensions: [usage, make.basicConstraints(true, 1), make.subjectKeyIdentifier(root)],
	});
	const issuing = make.authority(intermediate, root, {
		extensions: [usage, make.basicConstraints(true, 0), ...identifiers(root, intermediate)],
	});
	const provisioner = make.sequence(
		make.integer(1),
		make.der(4, Buffer.from("admin@example")),
		make.der(4, Buffer.alloc(43)),
	);
	const leaf = make.leaf(intermediate, server, {
		extensions: [
			make.keyUsage(DIGITAL_SIGNATURE),
			make.extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
			...identifiers(intermediate, server),
			make.alternativeNames(make.dns(HOST)),
			make.extension("1.3.6.1.4.1.37476.9000.64.1", provisioner),
		],
	});
	const shown = { chain: [leaf, issuing], privateKey: server.privateKey };
	return [
		{ what: "ca init; ca certificate; its root", authority, ...shown },
		{ what: "the same; CA information of its intermediate", authority: issuing, ...shown },
	];
}

/** `pki/root/generate`, `pki/intermediate`, `pki/issue`: RSA-2048 unless told; a CA that is named like a host says so. */
function vault(): Specimen[] {
	const url = "http://127.0.0.1:8200/v1/pki";
	const access = [make.issuerAccess(`${url}/ca`), make.crlDistributionPoint(`${url}/crl`)];
	const build = (type: make.ClassicalKeyType, constraints: Buffer[] = []) => {
		const root = make.party("fleet.example", type),
			intermediate = make.party("fleet.example Intermediate Authority", type),
			server = make.party(HOST, type);
		const usage = make.keyUsage(KEY_CERT_SIGN | CRL_SIGN);
		const authority = make.authority(root, root, {
			extensions: [
				usage,
				make.basicConstraints(true),
				...identifiers(root, root),
				make.alternativeNames(make.dns("fleet.example")),
				...constraints,
			],
		});
		const issuing = make.authority(intermediate, root, {
			extensions: [usage, make.basicConstraints(true), ...identifiers(root, intermediate), ...access],
		});
		const leaf = make.leaf(intermediate, server, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT),
				make.extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
				...identifiers(intermediate, server),
				...access,
				make.alternativeNames(make.dns(HOST)),
			],
		});
		return { authority, issuing, chain: [leaf, issuing, authority], privateKey: server.privateKey };
	};
	const usual = build("rsa2048"),
		p256 = build("p256"),
		constrained = build("p256", [make.nameConstraints({ permitted: [make.dns("fleet.example")] })]),
		elsewhere = build("p256", [make.nameConstraints({ permitted: [make.dns("plant.example")] })]);
	return [
		{ what: "generate/internal; issue; ca_chain sent: RSA", ...usual },
		{ what: "key_type=ec key_bits=256", ...p256 },
		{ what: "the same; CA information of its intermediate", ...p256, authority: p256.issuing },
		{ what: "permitted_dns_domains=fleet.example", ...constrained },
		{
			what: "permitted_dns_domains=plant.example",
			...elsewhere,
			refused: { reason: "name not permitted", why: "its root may not vouch for this host (RFC 5280 §4.2.1.10)" },
		},
	];
}

/** A CA issuer from a self-signed `isCA` certificate; `usages` left out, so there is no extKeyUsage. */
function certManager(): Specimen[] {
	return (["rsa2048", "p256"] as const).map(type => {
		const root = make.party("fleet-ca", type),
			server = make.party(HOST, type);
		const authority = make.authority(root, root, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_CERT_SIGN),
				make.basicConstraints(true),
				make.subjectKeyIdentifier(root),
			],
		});
		const leaf = make.leaf(root, server, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
				make.basicConstraints(false),
				make.authorityKeyIdentifier(root),
				make.alternativeNames(make.dns(HOST)),
			],
		});
		const what = type === "rsa2048" ? "isCA, Certificate: RSA" : "privateKey algorithm ECDSA size 256";
		return { what, authority, chain: [leaf], privateKey: server.privateKey };
	});
}

/** `consul tls ca create`, `consul tls cert create -server`; its CA has an address. */
function consul(): Specimen[] {
	return [false, true].map(constrained => {
		const address = { C: "US", POSTALCODE: "94105", ST: "CA", L: "San Francisco", STREET: "101 Second Street" };
		const root = named(`Consul Agent CA ${"1".repeat(39)}`, "p256", { ...address, O: "HashiCorp Inc." }),
			server = make.party(HOST, "p256");
		const authority = make.authority(root, root, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_CERT_SIGN | CRL_SIGN),
				make.basicConstraints(true),
				...identifiers(root, root),
				...(constrained
					? [
							make.nameConstraints({
								permitted: [make.dns("consul"), make.dns("fleet.example"), make.dns("localhost")],
							}),
						]
					: []),
			],
		});
		const leaf = make.leaf(root, server, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
				make.extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
				make.basicConstraints(false),
				...identifiers(root, server),
				make.alternativeNames(make.dns(HOST), make.dns("localhost"), make.ip(127, 0, 0, 1)),
			],
		});
		const what = constrained
			? "-name-constraint -additional-name-constraint=fleet.example"
			: "tls ca create; tls cert create -server";
		return { what, authority, chain: [leaf], privateKey: server.privateKey };
	});
}

/** `kubeadm init phase certs`: the API server's, by the cluster's CA. */
function kubeadm(): Specimen[] {
	return (["rsa2048", "p256"] as const).map(type => {
		const root = make.party("kubernetes", type),
			server = make.party("kube-apiserver", type);
		const authority = make.authority(root, root, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_CERT_SIGN),
				make.basicConstraints(true),
				make.subjectKeyIdentifier(root),
				make.alternativeNames(make.dns("kubernetes")),
			],
		});
		const leaf = make.leaf(root, server, {
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
				make.extKeyUsage(SERVER_AUTH),
				make.basicConstraints(false),
				make.authorityKeyIdentifier(root),
				make.alternativeNames(
					...["control-plane", "kubernetes", "kubernetes.default", "kubernetes.default.svc", HOST].map(make.dns),
					make.ip(10, 96, 0, 1),
					make.ip(192, 0, 2, 10),
				),
			],
		});
		const what = type === "rsa2048" ? "init phase certs: RSA" : "encryptionAlgorithm: ECDSA-P256";
		return { what, authority, chain: [leaf], privateKey: server.privateKey };
	});
}

/** Its templates RootCACertificate, SubordinateCACertificate_PathLen0 and EndEntityServerAuthCertificate, version 1. */
function awsPrivateCA(): Specimen[] {
	return (["rsa2048", "p256"] as const).flatMap(type => {
		const company = { C: "US", O: "Example Corporation", OU: "Devices", ST: "Washington", L: "Seattle" };
		const root = named("Example Corporation Root CA", type, company),
			subordinate = named("Example Corporation Devices CA", type, company),
			server = make.party(HOST, type);
		const revocation = make.crlDistributionPoint(
			"http://example-crl-bucket.s3.us-west-2.amazonaws.com/crl/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0.crl",
		);
		const usage = make.keyUsage(DIGITAL_SIGNATURE | KEY_CERT_SIGN | CRL_SIGN);
		const authority = make.authority(root, root, {
			extensions: [make.basicConstraints(true), make.subjectKeyIdentifier(root), usage],
		});
		const issuing = make.authority(subordinate, root, {
			extensions: [make.basicConstraints(true, 0), ...identifiers(root, subordinate), usage, revocation],
		});
		const leaf = make.leaf(subordinate, server, {
			extensions: [
				make.basicConstraints(false, undefined, false),
				...identifiers(subordinate, server),
				make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
				make.extKeyUsage(SERVER_AUTH),
				revocation,
				make.alternativeNames(make.dns(HOST)),
			],
		});
		const shown = { chain: [leaf, issuing, authority], privateKey: server.privateKey };
		const algorithm = type === "rsa2048" ? "RSA_2048" : "EC_prime256v1";
		return [
			{ what: `${algorithm}: root, subordinate, server`, authority, ...shown },
			{ what: `${algorithm}; CA information of the subordinate`, authority: issuing, ...shown },
		];
	});
}

/** github.com/jsha/minica since 1.1: P-384 for all. */
function goMinica(): Specimen[] {
	const root = make.party("minica root ca 1a2b3c", "p384"),
		server = make.party(HOST, "p384");
	const authority = make.authority(root, root, {
		extensions: [
			make.keyUsage(DIGITAL_SIGNATURE | KEY_CERT_SIGN),
			make.extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
			make.basicConstraints(true, 0),
			make.subjectKeyIdentifier(root),
		],
	});
	const leaf = make.leaf(root, server, {
		extensions: [
			make.keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
			make.extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
			make.basicConstraints(false),
			make.authorityKeyIdentifier(root),
			make.alternativeNames(make.dns(HOST)),
		],
	});
	return [{ what: "--domains: P-384", authority, chain: [leaf], privateKey: server.privateKey }];
}

/** A chain of Generation Y, as served since June 2026, with the keys of `types`; the last CA is not sent. */
export function generationY(types: {
	leaf: make.ClassicalKeyType;
	issuing: make.ClassicalKeyType;
	root: make.ClassicalKeyType;
	older: make.ClassicalKeyType[];
}) {
	const { older } = types;
	const suffix = types.root.startsWith("rsa") ? "R" : "E";
	const server = make.party(HOST, types.leaf),
		issuing = named(`Y${suffix}1`, types.issuing, { C: "US", O: "Let's Encrypt" }),
		root = named(`Root Y${suffix}`, types.root, { C: "US", O: "ISRG" }),
		elders = older.map((type, i) =>
			named(`ISRG Root X${older.length - i}`, type, { C: "US", O: "Internet Security Research Group" }),
		);
	const policy = make.certificatePolicy("2.23.140.1.2.1");
	const above = (issuer: string) => [
		make.issuerAccess(`http://${issuer}.i.lencr.org/`),
		policy,
		make.crlDistributionPoint(`http://${issuer}.c.lencr.org/`),
	];
	const authority = (subject: make.Party, issuer: make.Party, usages: Buffer[], pathLength?: number) =>
		make.authority(subject, issuer, {
			serialNumber: make.integer(...Buffer.alloc(16, 0x41)),
			extensions: [
				make.keyUsage(DIGITAL_SIGNATURE | KEY_CERT_SIGN | CRL_SIGN),
				...usages,
				make.basicConstraints(true, pathLength),
				...identifiers(issuer, subject),
				...(issuer === subject ? [] : above("x1")),
			],
		});
	const leaf = make.leaf(issuing, server, {
		serialNumber: make.integer(...Buffer.alloc(18, 6)),
		subjectName: make.sequence(),
		extensions: [
			make.keyUsage(DIGITAL_SIGNATURE),
			make.extKeyUsage(SERVER_AUTH),
			make.basicConstraints(false),
			make.authorityKeyIdentifier(issuing),
			make.extension("2.5.29.17", make.sequence(make.dns(HOST)), true),
			...above("ye1"),
			// two timestamps of transparency logs (RFC 6962 §3.3)
			make.extension("1.3.6.1.4.1.11129.2.4.2", make.der(4, Buffer.alloc(242, 0x55))),
		],
	});
	const usage = [make.extKeyUsage(SERVER_AUTH)];
	const roots = [root, ...elders];
	const crossed = roots.slice(0, -1).map((subject, i) => authority(subject, roots[i + 1], []));
	return {
		chain: [leaf, authority(issuing, root, usage, 0), ...crossed],
		/** Self-signed, from the issuing CA upwards: what a device may hold. */
		anchors: [authority(issuing, root, usage, 0), ...roots.map(one => authority(one, one, []))],
		names: [issuing, ...roots].map(({ name }) => name),
		privateKey: server.privateKey,
	};
}

/** Both of its hierarchies, with CA information of each authority in turn. */
function letsEncrypt(): Specimen[] {
	const hierarchies = [
		generationY({ leaf: "p256", issuing: "p384", root: "p384", older: ["p384", "rsa4096"] }),
		generationY({ leaf: "rsa2048", issuing: "rsa2048", root: "rsa4096", older: ["rsa4096"] }),
	];
	return hierarchies.flatMap(({ chain, anchors, names, privateKey }) =>
		anchors.map((authority, i) => ({
			what: `Generation Y, ${chain.length} sent; CA information of ${names[i]}`,
			authority,
			chain,
			privateKey,
		})),
	);
}
