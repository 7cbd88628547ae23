// What is fuzzed: every parser of bytes from the network or from flash, and what verifies them, each with seeds, with
// what it may throw, and with what must hold of whatever it accepts. A target throws anything else than a refusal: that
// is a finding.

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { latin1 } from "../firmware/bytes.js";
import { CborReader, DecodeError } from "../firmware/cbor.js";
import { hssLmsVerify } from "../firmware/crypto/hss-lms.js";
import { mlDsa44Verify } from "../firmware/crypto/ml-dsa-44.js";
import { mlKem768Decapsulate, mlKem768Generate } from "../firmware/crypto/ml-kem-768.js";
import { ResponseReader } from "../firmware/http.js";
import { readSettings, writeSettings } from "../firmware/settings.js";
import { AlertError } from "../firmware/tls/alert.js";
import { Client } from "../firmware/tls/client.js";
import {
	type ClientHello,
	readCertificateRequest,
	readCertificates,
	readCertificateVerify,
	readEncryptedExtensions,
	readKeyUpdate,
	readNewSessionTicket,
	readServerHello,
	writeClientHello,
} from "../firmware/tls/handshake.js";
import { GROUPS } from "../firmware/tls/key-exchange.js";
import { CIPHER_SUITES } from "../firmware/tls/record.js";
import { type Fleet, signatureStructure, VerifiedCaInformation } from "../firmware/trust/ca-information.js";
import { type DlKey, isPair } from "../firmware/trust/dl-key.js";
import { CertificateError, readCertificate } from "../firmware/x509/certificate.js";
import { DerReader } from "../firmware/x509/der.js";
import { readTrustAnchor, verifyPath } from "../firmware/x509/path.js";
import { handshakeSchemes } from "../firmware/x509/signature-algorithm.js";
import { encodeCaInformation, encodePayload } from "../host/ca-information.js";
import { HelloReader } from "../host/front/client-hello.js";
import type { Dice } from "../test/dice.js";
import { PUBLIC_KEY, signatures } from "../test/firmware/crypto/hss-lms-signatures.js";
import { HOST, recordedFlights } from "../test/firmware/tls/recorded-flights.js";
import { hybridEnvelope, hybridKey, signatures as signHybrid } from "../test/firmware/trust/issue-hybrid.js";
import { certificates, refusedCertificates } from "../test/firmware/x509/certificates.js";
import * as make from "../test/host/tls/certificate-maker.js";
import * as nameConstraints from "./name-constraints.js";
import * as structured from "./structured.js";

export interface Target {
	name: string;
	seeds: Uint8Array[];
	/** One input. Throws only if something is wrong with the firmware. */
	run(input: Uint8Array): void;
	/** Inputs of the right structure, with wrong content; mixed with mutations of what was found. */
	generate?(dice: Dice): Uint8Array;
}

function hex(text: string): Uint8Array {
	return new Uint8Array(Buffer.from(text, "hex"));
}
const certificateSeeds = [...Object.values(certificates), ...refusedCertificates.map(([, , text]) => text)].map(hex);

/** Runs `parse`; a refusal of the kind that it may give is no finding. */
function refusing(kind: abstract new (...parameters: any[]) => Error, parse: () => void): void {
	try {
		parse();
	} catch (error) {
		if (!(error instanceof kind)) throw error;
	}
}

/** Of the kinds that are in none of the vectors above: a leaf by an authority of the same kind. */
const others = (["rsa2048", "p384", "ml-dsa-44"] as const).map(type => {
	const authority = make.party(`${type} CA`, type);
	const leaf = new Uint8Array(make.leaf(authority, make.party(HOST, type)));
	return { anchor: readTrustAnchor(make.authority(authority)), leaf };
});
certificateSeeds.push(...others.map(({ leaf }) => leaf));

const anchors = ["root", "next", "p256Root"].map(name => readTrustAnchor(hex(certificates[name as "root"])));
anchors.push(...others.map(({ anchor }) => anchor));
const genuine = new Set([
	...Object.values(certificates),
	...others.map(({ leaf }) => Buffer.from(leaf).toString("hex")),
]);

const recorded = recordedFlights[0];
function fixedClient(): Client {
	return new Client({
		host: HOST,
		anchors: [readTrustAnchor(hex(recorded.root))],
		random: bytes => bytes.forEach((_, i) => (bytes[i] = i)),
		suites: CIPHER_SUITES.filter(({ code }) => code === recorded.suite),
	});
}

const genuineFlight = hex(recorded.flight);
/** Bytes of it until the server is authenticated. */
const handshakeLength = (() => {
	const client = fixedClient();
	for (let i = 0; i < genuineFlight.length; i++) {
		client.receive(genuineFlight.subarray(i, i + 1));
		if (client.anchor !== undefined) return i + 1;
	}
	throw new Error("the recorded flight is not accepted");
})();

const hello: ClientHello = {
	random: new Uint8Array(32),
	sessionId: new Uint8Array(32).fill(1),
	suites: CIPHER_SUITES,
	hostName: HOST,
	fragmentLength: 512,
	groups: GROUPS,
	keyShare: { group: GROUPS[0], share: new Uint8Array(32) },
	authorities: [],
	schemes: handshakeSchemes([]),
	cookie: undefined,
};
const clientHello = writeClientHello({
	...hello,
	authorities: [0x11, 0x22].map(byte => new Uint8Array(40).fill(byte)),
});
const bodies: ((body: Uint8Array) => unknown)[] = [
	body => readServerHello(body, hello),
	body => readEncryptedExtensions(body, hello),
	readCertificateRequest,
	body => readCertificates(body, 4),
	readCertificateVerify,
	readNewSessionTicket,
	readKeyUpdate,
];

// A DL key of the fuzzer's own, so that the fuzz gets behind the signature.
const dlKey = createPrivateKey({
	key: Buffer.from(`302e020100300506032b657004220420${"07".repeat(32)}`, "hex"),
	format: "der",
	type: "pkcs8",
});
const dlPublicKey = new Uint8Array(createPublicKey(dlKey).export({ type: "spki", format: "der" }).subarray(-32));
const fleet = { name: "fuzz", dlKeys: [dlPublicKey] };
function signed(payload: Uint8Array): Uint8Array {
	return new Uint8Array(
		encodeCaInformation(payload, { ed25519: sign(null, signatureStructure(fleet.name, payload), dlKey) }),
	);
}
const hybridFleet = { name: "fuzz", dlKeys: [hybridKey.publicKey], retiredDlKeys: [dlPublicKey] };
function sealed(payload: Uint8Array, index: number): Uint8Array {
	return hybridEnvelope(payload, signHybrid(payload, { name: "fuzz", index }));
}
const payloads = [
	{ generation: 1, certificate: hex(certificates.root), nextAddress: "https://next.example/" },
	{
		generation: 65_535,
		certificate: hex(certificates.next),
		nextAddress: "https://a.example:8443/b?c",
		leafNotBefore: 1_600_000_000,
		revokes: true as const,
	},
].map(fields => new Uint8Array(encodePayload(fields)));

const mlDsaKeys = ml_dsa44.keygen(new Uint8Array(32));
const mlDsaMessage = new Uint8Array(100);
const mlDsaSignature = ml_dsa44.sign(mlDsaMessage, mlDsaKeys.secretKey, { extraEntropy: false });
const hssLmsKey = hex(PUBLIC_KEY);
const mlKemKey = mlKem768Generate(new Uint8Array(64), new Uint8Array(1184));

/** Cut, or followed by zeros: another length would be refused before anything else is looked at. */
function sized(input: Uint8Array, byteLength: number): Uint8Array {
	const bytes = new Uint8Array(byteLength);
	bytes.set(input.subarray(0, byteLength));
	return bytes;
}

export const targets: Target[] = [
	{
		name: "der",
		seeds: certificateSeeds,
		run: input => refusing(CertificateError, () => walk(new DerReader(input), 0)),
		generate: structured.der,
	},
	{
		name: "certificate",
		seeds: certificateSeeds,
		run: input =>
			refusing(CertificateError, () => {
				const read = readCertificate(input);
				const { toBeSigned, issuer, subject } = read;
				if (toBeSigned.length + 64 >= input.length || issuer[0] !== 0x30 || subject[0] !== 0x30)
					throw new Error("accepted nonsense");
				if (read.pathLength !== Infinity && !read.isCA) throw new Error("pathLen without cA");
			}),
		generate: structured.certificate,
	},
	{
		name: "path",
		seeds: [certificates.leaf, certificates.p256Leaf, certificates.leafOfNext, certificates.wildcard]
			.map(hex)
			.concat(others.map(({ leaf }) => leaf)),
		run: input =>
			refusing(CertificateError, () => {
				verifyPath([input], HOST, anchors);
				if (!genuine.has(Buffer.from(input).toString("hex"))) throw new Error("a forged certificate was accepted");
			}),
	},
	{
		name: "name-constraints",
		seeds: nameConstraints.seeds,
		run: nameConstraints.judge,
		generate: nameConstraints.generate,
	},
	{
		name: "cbor",
		seeds: [...payloads, hex("d28443a10132a0410140"), hex("a201f5206161"), hex("838120f6a10102")],
		run: input =>
			refusing(DecodeError, () => {
				const reader = new CborReader(input);
				reader.skip(4);
				reader.end();
			}),
	},
	{
		name: "ca-information",
		seeds: payloads.map(signed),
		run: input => readCaInformation(input),
	},
	{
		name: "ca-information-payload",
		seeds: payloads,
		run: input => readCaInformation(signed(input)),
	},
	{
		name: "hybrid-ca-information",
		seeds: payloads.slice(0, 1).map(payload => sealed(payload, 1)),
		run: input => readCaInformation(input, hybridFleet),
	},
	{
		name: "hybrid-ca-information-payload", // with an index that is the generation, or is not
		seeds: payloads.slice(0, 1),
		run: input => readCaInformation(sealed(input, input.length % 16), hybridFleet),
	},
	{
		name: "settings",
		seeds: [settingsForm([dlPublicKey], []), settingsForm([hybridKey.publicKey], [dlPublicKey])],
		run: input => readSettingsForm(input),
	},
	{
		name: "handshake-message",
		seeds: structured.messageSeeds(hello),
		run: input => {
			if (input.length > 0) refusing(AlertError, () => bodies[input[0] % bodies.length](input.subarray(1)));
		},
		generate: structured.message,
	},
	{
		name: "client",
		seeds: recordedFlights.map(({ flight }) => hex(flight)),
		run: input => {
			const client = fixedClient();
			feed(client, input);
			if (client.anchor !== undefined && !isGenuine(input)) throw new Error("a forged flight was accepted");
		},
	},
	{
		name: "server", // behind the keys: see structured.ts
		seeds: [new Uint8Array(64)],
		run: input => structured.runServer(input, client => bytes => feed(client, bytes)),
	},
	{
		name: "ml-dsa-44",
		seeds: [mlDsaSignature],
		run: input => {
			const signature = sized(input, 2420);
			const isGood = mlDsa44Verify(mlDsaKeys.publicKey, mlDsaMessage, signature);
			if (isGood !== (Buffer.compare(signature, mlDsaSignature) === 0)) throw new Error("a wrong verdict");
		},
	},
	{
		name: "hss-lms",
		seeds: signatures.map(({ signature }) => hex(signature)),
		run: input => {
			const signature = sized(input, 1504);
			for (const { message, signature: genuine } of signatures) {
				const isGood = hssLmsVerify(hssLmsKey, new Uint8Array(Buffer.from(message)), signature);
				if (isGood !== (Buffer.from(signature).toString("hex") === genuine)) throw new Error("a wrong verdict");
			}
		},
	},
	{
		name: "ml-kem-768",
		seeds: [new Uint8Array(1088)],
		run: input => {
			if (mlKem768Decapsulate(mlKemKey, sized(input, 1088))?.length !== 32) throw new Error("no secret");
		},
	},
	{
		name: "http-response",
		seeds: [
			"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
			"HTTP/1.1 404 Not Found\r\n\r\n",
			"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nContent-Length:\r\n 3\r\n\r\nabc",
			"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\r\nContent-Encoding: identity\r\n\r\nabc",
			`HTTP/1.1 200 OK\r\nX: ${"x".repeat(2_100)}\r\n y\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\nT: t\r\n\r\n`,
		].map(text => new Uint8Array(Buffer.from(text))),
		run: input => {
			const [whole, pieces] = [readResponse(input, input.length), readResponse(input, 1 + (input.length % 7))];
			if (whole !== pieces) throw new Error(`in one piece ${whole}, in several ${pieces}`);
		},
	},
	{
		name: "front-client-hello",
		seeds: [recordOf(clientHello), ...[1, 40, 200].map(length => recordOf(clientHello, length))],
		run: input => {
			const bytes = Buffer.from(input);
			const names = new HelloReader().read(bytes);
			const inPieces = new HelloReader();
			let before: Buffer[] | undefined;
			for (const byte of bytes) before = inPieces.read(Buffer.of(byte));
			if (before && (!names || !equalLists(before, names))) throw new Error("in pieces the answer is another");
			if (names?.some(name => !bytes.includes(name) && name.length < 5)) throw new Error("a name that was not sent");
		},
	},
];

/** What came of it, in pieces of `length` bytes; the server closes in order. */
function readResponse(input: Uint8Array, length: number): string {
	const reader = new ResponseReader(1_024);
	let refusal = "";
	refusing(DecodeError, () => {
		try {
			for (let i = 0; i < input.length; i += length) reader.read(input.subarray(i, i + length));
			reader.end();
		} catch (error) {
			refusal = String(error);
			throw error;
		}
	});
	if (reader.body.length > 1_024) throw new Error("a body over the limit");
	if (refusal) return refusal;
	return `${reader.status} ${reader.complete} ${Buffer.from(reader.body).toString("hex")}`;
}

/** A handshake message as records of `length` bytes. */
function recordOf(message: Uint8Array, length = message.length): Uint8Array {
	const records: Buffer[] = [];
	for (let i = 0; i < message.length; i += length) {
		const part = message.subarray(i, i + length);
		records.push(Buffer.of(22, 3, 1, part.length >> 8, part.length & 255), Buffer.from(part));
	}
	return new Uint8Array(Buffer.concat(records));
}

function equalLists(one: Buffer[], other: Buffer[]): boolean {
	return one.length === other.length && one.every((bytes, i) => bytes.equals(other[i]));
}

/** The payload may be anybody's: what is accepted must fit a slot. */
function readCaInformation(bytes: Uint8Array, of: Fleet = fleet): void {
	try {
		if (VerifiedCaInformation.verify(bytes, of).bytes.length > 4_032) throw new Error("too long for a slot");
	} catch (error) {
		if (!(error instanceof DecodeError || error instanceof CertificateError)) throw error;
	}
}

/** A form behind the digest that fits it; what is read is written as it was. */
function readSettingsForm(form: Uint8Array): void {
	const image = new Uint8Array(32 + form.length);
	image.set(Buffer.from("baton/settings/1"));
	new DataView(image.buffer).setUint32(16, form.length, true);
	image.set(createHash("sha256").update(form).digest().subarray(0, 12), 20);
	image.set(form, 32);
	refusing(DecodeError, () => {
		const settings = readSettings((byteLength, offset) => image.slice(offset, offset + byteLength));
		const kinds = new Set(settings.dlKeys.map(isPair));
		if (kinds.size > 1) throw new Error("DL keys of two kinds");
		writeSettings(settings);
	});
}

function settingsForm(dlKeys: DlKey[], retiredDlKeys: DlKey[]): Uint8Array {
	const image = writeSettings({
		fleet: "fuzz",
		dlKeys,
		retiredDlKeys,
		factory: new Uint8Array(40),
		service: "https://service.example/",
		map: [{ host: "service.example", address: "10.0.0.1", toPort: 443 }],
		pollInterval: 1_000,
		serviceInterval: 1_000,
	});
	return image.slice(32, 32 + new DataView(image.buffer).getUint32(16, true));
}

/** Hands a flight over as a socket does. Throws anything but a refusal; memory must stay bounded. */
export function feed(client: Client, bytes: Uint8Array): void {
	try {
		for (let i = 0; client.isBehind || (i < bytes.length && client.wanted > 0); ) {
			const part = bytes.subarray(i, i + client.wanted);
			i += part.length;
			client.receive(part);
			client.read();
			if (client.pending > 4_096) throw new Error("too much to send");
			if (client.pending > 600) client.take();
		}
	} catch (error) {
		if (!(error instanceof AlertError || error instanceof CertificateError)) throw error;
		if (client.wanted !== 0) throw new Error("still open after a refusal");
	}
}

/** Whether `flight` begins with the recorded handshake, but for what is ignored: versions of plaintext records. */
function isGenuine(flight: Uint8Array): boolean {
	for (let i = 0, start = 0; i < handshakeLength; i++) {
		if (i === start + 5 + (genuineFlight[start + 3] << 8) + genuineFlight[start + 4]) start = i;
		const isIgnored = genuineFlight[start] !== 23 && (i === start + 1 || i === start + 2);
		if (flight[i] !== genuineFlight[i] && !isIgnored) return false;
	}
	return true;
}

/** Every element, by the method that its tag asks for. */
function walk(der: DerReader, depth: number): void {
	while (!der.atEnd) {
		const { tag } = der;
		if (tag === 1) der.boolean();
		else if (tag === 2) der.integer();
		else if (tag === 3) der.left & 1 ? der.octets() : der.namedBits();
		else if (tag === 6) der.objectIdentifier();
		else if (tag === 0x17 || tag === 0x18) der.time();
		else if ((tag & 0x20) !== 0 && depth < 32) {
			const outer = der.enter(tag);
			walk(der, depth + 1);
			der.leave(outer);
		} else if (tag >= 0x0c && tag <= 0x1e) latin1(der.content(tag));
		else der.pass();
	}
}
