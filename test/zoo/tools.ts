// Authorities and certificates made by the tools that people have, with what these do when nobody tells them otherwise.
// Everything happens in a folder of its own: no tool installs anything, or leaves this machine.

import { spawnSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../eventually.js";
import { absent } from "../host/tls/peers.js";
import { startCaddy } from "./servers/caddy.js";
import { HOST, type Maker, type Specimen } from "./specimen.js";

const EASY_RSA = "/usr/share/easy-rsa/easyrsa";

export const tools: Maker[] = [
	{ title: "OpenSSL", missing: () => absent("openssl"), make: async folder => ({ specimens: openSSL(shell(folder)) }) },
	{
		title: "easy-rsa",
		missing: () => absent(EASY_RSA),
		make: async folder => ({ specimens: ["rsa", "ec", "ed"].map(algorithm => easyRSA(shell(folder), algorithm)) }),
	},
	{ title: "cfssl", missing: () => absent("cfssljson"), make: async folder => ({ specimens: cfssl(shell(folder)) }) },
	{ title: "mkcert", missing: () => absent("mkcert"), make: async folder => ({ specimens: mkcert(shell(folder)) }) },
	{ title: "minica", missing: () => absent("minica"), make: async folder => ({ specimens: [minica(shell(folder))] }) },
	{
		title: "certtool",
		missing: () => absent("certtool"),
		make: async folder => ({ specimens: certtool(shell(folder)) }),
	},
	{
		title: "Caddy",
		missing: () => absent("caddy"),
		async make(folder) {
			const { port, close } = await startCaddy(folder, `https://${HOST} {\n\ttls internal\n\trespond "caddy"\n}\n`);
			const issued = join(folder, "storage/certificates/local", HOST, HOST);
			await eventually("Caddy has its certificate", () => existsSync(`${issued}.json`));
			const shown = {
				chain: readCertificates(readFileSync(`${issued}.crt`, "utf8")),
				privateKey: createPrivateKey(readFileSync(`${issued}.key`)),
				port,
			};
			const specimens = ["root", "intermediate"].map(name => {
				const pem = readFileSync(join(folder, `storage/pki/authorities/local/${name}.crt`), "utf8");
				return { what: `tls internal; its ${name}`, authority: readCertificates(pem)[0], ...shown };
			});
			return { specimens, close };
		},
	},
];

interface Shell {
	folder: string;
	/** Runs a line there with no environment but a home of its own and `more`. Throws with what it said if it fails. */
	run(line: string, more?: Record<string, string>): void;
	write(name: string, text: string): void;
	/** The certificates of a PEM file. */
	read(name: string): Buffer[];
	key(name: string): Specimen["privateKey"];
}

function shell(folder: string): Shell {
	return {
		folder,
		run(line, more = {}) {
			const env = { PATH: process.env.PATH, HOME: folder, LC_ALL: "C", ...more };
			const { status, stderr } = spawnSync("sh", ["-ec", line], { cwd: folder, env, encoding: "utf8" });
			if (status !== 0) throw new Error(`${line}: ${stderr}`);
		},
		write: (name, text) => writeFileSync(join(folder, name), text),
		read: name => readCertificates(readFileSync(join(folder, name), "utf8")),
		key: name => createPrivateKey(readFileSync(join(folder, name))),
	};
}

export function readCertificates(pem: string): Buffer[] {
	const found = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
	return [...found].map(([, base64]) => Buffer.from(base64, "base64"));
}

const V3_EXT = `
authorityKeyIdentifier=keyid,issuer
basicConstraints=CA:FALSE
keyUsage = digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment
subjectAltName = @alt_names
[alt_names]
`;

/** As the tutorials have it: a CA in one line, a request, a signature, with or without a file of extensions. */
function openSSL({ run, read, write, key }: Shell): Specimen[] {
	write("v3.ext", `${V3_EXT}DNS.1 = ${HOST}\n`);
	write("docker.ext", `${V3_EXT}DNS.1 = app_server\nDNS.2 = ${HOST}\n`);
	write("client.ext", `extendedKeyUsage = clientAuth\n${V3_EXT}DNS.1 = ${HOST}\n`);
	const newkeys = { ed25519: "ed25519", p256: "ec -pkeyopt ec_paramgen_curve:P-256", rsa: "rsa:2048" };
	for (const [name, newkey] of Object.entries({
		...newkeys,
		p384: "ec -pkeyopt ec_paramgen_curve:P-384",
		rsa4096: "rsa:4096",
	}))
		run(`openssl req -x509 -newkey ${newkey} -nodes -keyout ${name}.key -out ${name}.pem -days 3650 -subj "/CN=My CA"`);
	for (const [name, newkey] of Object.entries(newkeys))
		run(`openssl req -new -newkey ${newkey} -nodes -keyout server-${name}.key -out ${name}.csr -subj "/CN=${HOST}"`);
	let count = 0;
	const issue = (ca: string, server: string, extensions: string): Omit<Specimen, "what"> => {
		const out = `leaf-${count++}.pem`;
		run(
			`openssl x509 -req -in ${server}.csr -CA ${ca}.pem -CAkey ${ca}.key -CAcreateserial -out ${out} -days 365 ${extensions}`,
		);
		return { authority: read(`${ca}.pem`)[0], chain: read(out), privateKey: key(`server-${server}.key`) };
	};
	run(
		`openssl req -x509 -newkey ed25519 -nodes -keyout own.key -out own.pem -subj "/CN=${HOST}" -addext subjectAltName=DNS:${HOST}`,
	);
	run(`openssl req -new -key server-ed25519.key -out asked.csr -subj "/CN=${HOST}" -addext subjectAltName=DNS:${HOST}`);
	run("cp server-ed25519.key server-asked.key");
	return [
		{ what: "req -x509 rsa:2048; x509 -req, v3.ext", ...issue("rsa", "rsa", "-extfile v3.ext") },
		{ what: "req -x509 rsa:4096; x509 -req, v3.ext, P-256", ...issue("rsa4096", "p256", "-extfile v3.ext") },
		{ what: "req -x509 P-256; x509 -req, v3.ext", ...issue("p256", "p256", "-extfile v3.ext") },
		{ what: "req -x509 P-256; x509 -req -sha384, v3.ext", ...issue("p256", "p256", "-sha384 -extfile v3.ext") },
		{ what: "req -x509 P-384; x509 -req, v3.ext, P-256", ...issue("p384", "p256", "-extfile v3.ext") },
		{ what: "req -x509 ed25519; x509 -req, v3.ext", ...issue("ed25519", "ed25519", "-extfile v3.ext") },
		{ what: "x509 -req -copy_extensions copy: names alone", ...issue("ed25519", "asked", "-copy_extensions copy") },
		{ what: "v3.ext with a name that is none of a host", ...issue("ed25519", "ed25519", "-extfile docker.ext") },
		{
			what: "req -x509 -addext subjectAltName: its own CA",
			authority: read("own.pem")[0],
			chain: read("own.pem"),
			privateKey: key("own.key"),
		},
		{
			what: "x509 -req without extensions",
			...issue("ed25519", "ed25519", ""),
			refused: {
				reason: "not version 3",
				why: "an X.509 v1 certificate has no subjectAltName, so it names no server (RFC 9525 §2)",
			},
		},
		{
			what: "v3.ext with extendedKeyUsage clientAuth",
			...issue("ed25519", "ed25519", "-extfile client.ext"),
			refused: { reason: "wrong extended key usage", why: "its authority says that it is none of a server" },
		},
	];
}

const easyRSADefaults: Record<string, string> = {
	rsa: "build-ca; build-server-full",
	ec: "EASYRSA_ALGO=ec: P-384, SHA-256",
	ed: "EASYRSA_ALGO=ed",
};

function easyRSA({ folder, run, read, key }: Shell, algorithm: string): Specimen {
	const pki = `pki-${algorithm}`;
	const curve = algorithm === "ed" ? { EASYRSA_CURVE: "ed25519" } : undefined; // 3.1.0 takes that of ec for it
	const settings = { EASYRSA_BATCH: "1", EASYRSA_PKI: join(folder, pki), EASYRSA_ALGO: algorithm, ...curve };
	const command = (words: string) => run(`${EASY_RSA} ${words}`, settings);
	command("init-pki");
	command("build-ca nopass");
	command(`build-server-full ${HOST} nopass`);
	return {
		what: easyRSADefaults[algorithm],
		authority: read(`${pki}/ca.crt`)[0],
		chain: read(`${pki}/issued/${HOST}.crt`),
		privateKey: key(`${pki}/private/${HOST}.key`),
	};
}

/** With what `print-defaults` prints, and a CA in between, as its users have it. */
function cfssl({ run, read, write, key }: Shell): Specimen[] {
	run("cfssl print-defaults config > config.json; cfssl print-defaults csr > csr.json");
	write("profiles.json", JSON.stringify({ signing: { profiles: { issuing: ISSUING_PROFILE } } }));
	const make = (name: string, request: object, how: string): void => {
		write(`${name}.json`, JSON.stringify({ CN: name, ...request }));
		run(`cfssl gencert ${how} ${name}.json | cfssljson -bare ${name}`);
	};
	const names = { CN: HOST, hosts: [HOST] };
	const p256 = { key: { algo: "ecdsa", size: 256 } },
		rsa = { key: { algo: "rsa", size: 2048 } };
	run("cfssl gencert -initca csr.json | cfssljson -bare ca");
	make("rsa-ca", rsa, "-initca");
	make("issuing", p256, "-ca ca.pem -ca-key ca-key.pem -config profiles.json -profile issuing");
	make("www", { ...names, ...p256 }, "-ca ca.pem -ca-key ca-key.pem -config config.json -profile www");
	make("usual", { ...names, ...p256 }, "-ca ca.pem -ca-key ca-key.pem");
	make("below", { ...names, ...p256 }, "-ca issuing.pem -ca-key issuing-key.pem");
	make("rsa-server", { ...names, ...rsa }, "-ca rsa-ca.pem -ca-key rsa-ca-key.pem");
	make("client", { ...names, ...p256 }, "-ca ca.pem -ca-key ca-key.pem -config config.json -profile client");
	const specimen = (ca: string, server: string, ...above: string[]): Omit<Specimen, "what"> => ({
		authority: read(`${ca}.pem`)[0],
		chain: [server, ...above].flatMap(name => read(`${name}.pem`)),
		privateKey: key(`${server}-key.pem`),
	});
	return [
		{ what: "print-defaults; gencert -profile www", ...specimen("ca", "www") },
		{ what: "gencert without a profile", ...specimen("ca", "usual") },
		{ what: "gencert below an issuing CA", ...specimen("ca", "below", "issuing") },
		{ what: "the same; CA information of the issuing CA", ...specimen("issuing", "below", "issuing") },
		{ what: "rsa 2048; gencert", ...specimen("rsa-ca", "rsa-server") },
		{
			what: "gencert -profile client",
			...specimen("ca", "client"),
			refused: { reason: "wrong extended key usage", why: "its authority says that it is none of a server" },
		},
	];
}
const ISSUING_PROFILE = {
	usages: ["cert sign", "crl sign"],
	expiry: "43800h",
	is_ca: true, // as older versions write it
	ca_constraint: { is_ca: true, max_path_len: 0, max_path_len_zero: true },
};

/** Without -install: into no system's or browser's store. */
function mkcert({ folder, run, read, key }: Shell): Specimen[] {
	return ["", "-ecdsa "].map(option => {
		const name = `leaf${option.trim()}`;
		run(`mkcert ${option}-cert-file ${name}.pem -key-file ${name}.key ${HOST}`, { CAROOT: folder });
		return {
			what: `mkcert ${option}${HOST}`,
			authority: read("rootCA.pem")[0],
			chain: read(`${name}.pem`),
			privateKey: key(`${name}.key`),
		};
	});
}

/** Debian's, which makes RSA; the other of this name is among the templates. */
function minica({ run, read, key }: Shell): Specimen {
	run(`minica ${HOST}`);
	return {
		what: `minica ${HOST} (Debian's)`,
		authority: read("cacert.crt")[0],
		chain: read(`${HOST}.crt`),
		privateKey: key(`${HOST}.key`),
	};
}

function certtool({ run, read, write, key }: Shell): Specimen[] {
	write("ca.cfg", 'cn = "My CA"\nca\ncert_signing_key\n');
	write("server.cfg", `cn = "${HOST}"\ndns_name = "${HOST}"\ntls_www_server\nsigning_key\nencryption_key\n`);
	write("least.cfg", `dns_name = "${HOST}"\n`);
	const make = (type: string, template: string): Omit<Specimen, "what"> => {
		const [ca, server] = [`${type}-ca`, `${type}-${template}`];
		for (const name of [ca, server]) run(`certtool --generate-privkey --key-type ${type} --outfile ${name}.key`);
		run(`certtool --generate-self-signed --load-privkey ${ca}.key --template ca.cfg --outfile ${ca}.pem`);
		run(
			`certtool --generate-certificate --load-privkey ${server}.key --load-ca-certificate ${ca}.pem ` +
				`--load-ca-privkey ${ca}.key --template ${template}.cfg --outfile ${server}.pem`,
		);
		return { authority: read(`${ca}.pem`)[0], chain: read(`${server}.pem`), privateKey: key(`${server}.key`) };
	};
	return [
		{ what: "--generate-self-signed; --generate-certificate: RSA", ...make("rsa", "server") },
		{ what: "the same with --key-type ecdsa", ...make("ecdsa", "server") },
		{ what: "the same with --key-type ed25519", ...make("ed25519", "server") },
		{ what: "a template of a name alone", ...make("ed25519", "least") },
	];
}
