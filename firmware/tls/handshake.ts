// Handshake messages (RFC 9846 §4): ClientHello written, the server's messages read, each strictly and by itself. What
// they mean together is states.ts's. A message here is its body, without the four bytes of type and length. Views that
// are returned are views of the message. Left out, because never offered: PSK, early data, certificate compression,
// OCSP and SCT, post-handshake authentication.

import { ascii, concatenate, equalBytes } from "../bytes.js";
import { sha256 } from "../crypto/kernel.js";
import { literal } from "../literals.js";
import { type SignatureScheme, schemesOfCertificates } from "../x509/signature-algorithm.js";
import { DECODE_ERROR, MISSING_EXTENSION, PROTOCOL_VERSION, refuse, UNSUPPORTED_EXTENSION } from "./alert.js";
import type { Group } from "./key-exchange.js";
import { expectWellFormed, FieldReader, FieldWriter } from "./presentation.js";
import type { CipherSuite } from "./record.js";

/** HandshakeType. */
export const CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	NEW_SESSION_TICKET = 4,
	ENCRYPTED_EXTENSIONS = 8,
	CERTIFICATE = 11;
export const CERTIFICATE_REQUEST = 13,
	CERTIFICATE_VERIFY = 15,
	FINISHED = 20,
	KEY_UPDATE = 24,
	MESSAGE_HASH = 254;

/** ExtensionType. */
const SERVER_NAME = 0,
	MAX_FRAGMENT_LENGTH = 1,
	SUPPORTED_GROUPS = 10,
	SIGNATURE_ALGORITHMS = 13,
	ALPN = 16;
const RECORD_SIZE_LIMIT = 28,
	SUPPORTED_VERSIONS = 43,
	COOKIE = 44,
	CERTIFICATE_AUTHORITIES = 47,
	SIGNATURE_ALGORITHMS_CERT = 50,
	KEY_SHARE = 51;

const LEGACY_VERSION = 0x0303,
	TLS_1_3 = 0x0304;
const NO_COMPRESSION = new Uint8Array(1);
const HTTP_1_1 = literal("http/1.1");

/** Whose SHA-256 is ServerHello.random of a HelloRetryRequest (§4.2.3). */
const RETRY_REQUEST = literal("HelloRetryRequest");

const MAXIMUM_EXTENSIONS = 16; // in one message

/** Lengths of content that `max_fragment_length` can ask for (RFC 6066 §4), in the order of its codes 1 … 4. */
export type FragmentLength = 512 | 1024 | 2048 | 4096;
const FRAGMENT_LENGTHS: readonly FragmentLength[] = Object.freeze([512, 1024, 2048, 4096] as const);

export interface ClientHello {
	random: Uint8Array; // 32 bytes
	/** 32 bytes for middlebox compatibility (§E.4); the server echoes them. */
	sessionId: Uint8Array;
	/** In the order of our preference. */
	suites: readonly CipherSuite[];
	/** For server_name; undefined for an address (RFC 6066 §3). */
	hostName: string | undefined;
	fragmentLength: FragmentLength;
	/** In the order of our preference. */
	groups: readonly Group[];
	/** Our share in one of them; undefined: none is sent, the server asks for it with HelloRetryRequest (§4.3.8). */
	keyShare: { group: Group; share: Uint8Array } | undefined;
	/** For CertificateVerify, in the order of our preference (§4.3.3). */
	schemes: readonly SignatureScheme[];
	/** DER of the names of the CAs that can authenticate the server (§4.3.4); none: they are not sent. */
	authorities: readonly Uint8Array[];
	/** From HelloRetryRequest (§4.3.2). */
	cookie: Uint8Array | undefined;
}

/** The whole message, type and length included. */
export function writeClientHello(hello: ClientHello): Uint8Array {
	const { hostName = "", cookie, keyShare, authorities, fragmentLength } = hello;
	// What has no length of its own takes less than 300 bytes.
	let capacity = 300 + hostName.length + (cookie?.length ?? 0) + (keyShare?.share.length ?? 0);
	for (let i = 0; i < authorities.length; i++) capacity += 2 + authorities[i].length;
	const writer = new FieldWriter(capacity);

	writer.uint8(CLIENT_HELLO);
	writer.open(3);
	writer.uint16(LEGACY_VERSION);
	writer.bytes(hello.random);
	writer.vector(1, hello.sessionId);
	writeCodes(writer, hello.suites);
	writer.vector(1, NO_COMPRESSION);
	writer.open(2); // the extensions

	openExtension(writer, MAX_FRAGMENT_LENGTH);
	writer.uint8(FRAGMENT_LENGTHS.indexOf(fragmentLength) + 1);

	openExtension(writer, SUPPORTED_GROUPS);
	writeCodes(writer, hello.groups);

	openExtension(writer, SIGNATURE_ALGORITHMS);
	writeCodes(writer, hello.schemes);

	openExtension(writer, ALPN);
	writer.open(2);
	writer.vector(1, HTTP_1_1);

	openExtension(writer, RECORD_SIZE_LIMIT);
	writer.uint16(fragmentLength + 1); // counts the content type too (RFC 8449 §4), max_fragment_length does not

	openExtension(writer, SUPPORTED_VERSIONS);
	writer.open(1);
	writer.uint16(TLS_1_3);

	openExtension(writer, KEY_SHARE);
	writer.open(2);
	if (keyShare) {
		writer.uint16(keyShare.group.code);
		writer.vector(2, keyShare.share);
	}

	const certificateSchemes = schemesOfCertificates(hello.schemes);
	if (certificateSchemes) {
		openExtension(writer, SIGNATURE_ALGORITHMS_CERT);
		writeCodes(writer, certificateSchemes);
	}
	if (hostName) {
		openExtension(writer, SERVER_NAME);
		writer.open(2);
		writer.uint8(0); // host_name (RFC 6066 §3)
		writer.vector(2, ascii(hostName));
	}
	if (authorities.length > 0) {
		openExtension(writer, CERTIFICATE_AUTHORITIES);
		writer.open(2);
		for (let i = 0; i < authorities.length; i++) writer.vector(2, authorities[i]);
	}
	if (cookie) {
		openExtension(writer, COOKIE);
		writer.vector(2, cookie);
	}
	return writer.end();
}

/** Ends the extension before it; the message and the list of its extensions stay open. */
function openExtension(writer: FieldWriter, type: number): void {
	writer.close(2);
	writer.uint16(type);
	writer.open(2);
}

function writeCodes(writer: FieldWriter, all: readonly { code: number }[]): void {
	writer.uint16(2 * all.length);
	for (let i = 0; i < all.length; i++) writer.uint16(all[i].code);
}

export interface ServerHello {
	isRetryRequest: boolean;
	suite: CipherSuite;
	/** The group of the server's share; in a HelloRetryRequest that of the share that it wants, if it wants another. */
	group: Group | undefined;
	/** Undefined in a HelloRetryRequest. */
	keyShare: Uint8Array | undefined;
	/** HelloRetryRequest: a cookie was given. */
	cookie: Uint8Array | undefined;
}

/** ServerHello (§4.2.3) or HelloRetryRequest (§4.2.4), which differ by the random and in their extensions. */
export function readServerHello(message: Uint8Array, hello: ClientHello): ServerHello {
	const reader = new FieldReader(message);
	const legacyVersion = reader.uint16();
	const isRetryRequest = equalBytes(reader.bytes(32), sha256(RETRY_REQUEST));
	const echo = reader.vector(1);
	expectWellFormed(echo.length <= 32);
	const code = reader.uint16();
	const compression = reader.uint8();

	let version: number | undefined;
	let group: Group | undefined;
	let keyShare: Uint8Array | undefined, cookie: Uint8Array | undefined;
	if (!reader.atEnd) {
		const allowed = isRetryRequest ? [SUPPORTED_VERSIONS, COOKIE, KEY_SHARE] : [SUPPORTED_VERSIONS, KEY_SHARE];
		readExtensions(reader, allowed, type => {
			if (type === SUPPORTED_VERSIONS) version = reader.uint16();
			else if (type === COOKIE) cookie = reader.vector(2, 1);
			else {
				const code = reader.uint16();
				group = hello.groups.find(one => one.code === code) ?? refuse("group not offered"); // §4.3.8
				if (!isRetryRequest) keyShare = reader.vector(2, 1);
			}
		});
	}
	reader.end();

	if (version === undefined) refuse("no TLS 1.3", PROTOCOL_VERSION); // §4.3.1: an older version was negotiated
	if (version !== TLS_1_3) refuse("version not offered");
	if (legacyVersion !== LEGACY_VERSION) refuse("bad legacy version");
	if (!equalBytes(echo, hello.sessionId)) refuse("session id not echoed");
	const suite = hello.suites.find(offered => offered.code === code);
	if (!suite) return refuse("cipher suite not offered");
	if (compression !== 0) refuse("compression");
	if (!isRetryRequest && !keyShare) refuse("no key share", MISSING_EXTENSION); // §9.2
	if (keyShare && keyShare.length !== group!.shareLength) refuse("bad key share"); // §4.3.8.2
	return { isRetryRequest, suite, group, keyShare, cookie };
}

/**
 * EncryptedExtensions (§4.4.1). Returns how many bytes of content our own records may
 * have at most, and whether the server has agreed to keep its own as short as it was asked.
 */
export function readEncryptedExtensions(
	message: Uint8Array,
	hello: ClientHello,
): { sendLimit: number; limitAgreed: boolean } {
	const reader = new FieldReader(message);
	let hasFragmentLength = false,
		hasRecordSizeLimit = false;
	let sendLimit: number = hello.fragmentLength;
	const allowed = [SERVER_NAME, MAX_FRAGMENT_LENGTH, SUPPORTED_GROUPS, ALPN, RECORD_SIZE_LIMIT];
	readExtensions(reader, allowed, type => {
		switch (type) {
			case SERVER_NAME: // RFC 6066 §3: empty
				if (hello.hostName === undefined) refuse("extension not offered", UNSUPPORTED_EXTENSION);
				break;
			case MAX_FRAGMENT_LENGTH: // RFC 6066 §4: what was asked for
				hasFragmentLength = true;
				if (FRAGMENT_LENGTHS[reader.uint8() - 1] !== hello.fragmentLength) refuse("bad max_fragment_length");
				break;
			case SUPPORTED_GROUPS: // §4.3.7: of interest for a later connection
				passCodes(reader);
				break;
			case ALPN: {
				// RFC 7301 §3.1: exactly one
				const list = reader.enter(2, 2);
				const protocol = reader.vector(1, 1);
				reader.leave(list);
				if (!equalBytes(protocol, HTTP_1_1)) refuse("application protocol not offered");
				break;
			}
			case RECORD_SIZE_LIMIT: {
				// RFC 8449 §4: content and its type
				const theirs = reader.uint16();
				if (theirs < 64) refuse("bad record_size_limit");
				sendLimit = Math.min(sendLimit, theirs - 1);
				hasRecordSizeLimit = true;
			}
		}
	});
	reader.end();
	if (hasFragmentLength && hasRecordSizeLimit) refuse("max_fragment_length and record_size_limit"); // RFC 8449 §5
	return { sendLimit, limitAgreed: hasFragmentLength || hasRecordSizeLimit };
}

/** CertificateRequest (§4.4.2): whatever it asks for, the answer is an empty Certificate. */
export function readCertificateRequest(message: Uint8Array): void {
	const reader = new FieldReader(message);
	if (reader.vector(1).length !== 0) refuse("certificate request context");
	let hasAlgorithms = false;
	readExtensions(
		reader,
		[SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT, CERTIFICATE_AUTHORITIES],
		type => {
			if (type === CERTIFICATE_AUTHORITIES) reader.vector(2, 2);
			else passCodes(reader);
			hasAlgorithms ||= type === SIGNATURE_ALGORITHMS;
		},
		true,
	);
	reader.end();
	if (!hasAlgorithms) refuse("no signature algorithms", MISSING_EXTENSION);
}

/** Numbers of 16 bits that do not matter, one at least. */
function passCodes(reader: FieldReader): void {
	expectWellFormed(reader.vector(2, 2).length % 2 === 0);
}

/** Certificate (§4.5.1): the chain's certificates, as views. */
export function readCertificates(message: Uint8Array, maximum: number): Uint8Array[] {
	const reader = new FieldReader(message);
	if (reader.vector(1).length !== 0) refuse("certificate request context");
	const list = reader.enter(3);
	const chain: Uint8Array[] = [];
	while (!reader.atEnd && chain.length <= maximum) {
		chain.push(reader.vector(3, 1));
		readExtensions(reader, [], () => {}); // neither OCSP nor SCT was offered
	}
	reader.skip(); // one too many is for the path's check to refuse
	reader.leave(list);
	reader.end();
	if (chain.length === 0) refuse("no certificate", DECODE_ERROR); // §4.5.1.3
	return chain;
}

/** CertificateVerify (§4.5.2). */
export function readCertificateVerify(message: Uint8Array): { scheme: number; signature: Uint8Array } {
	const reader = new FieldReader(message);
	const scheme = reader.uint16();
	const signature = reader.vector(2);
	reader.end();
	return { scheme, signature };
}

/** NewSessionTicket (§4.7.1): checked and forgotten. */
export function readNewSessionTicket(message: Uint8Array): void {
	const reader = new FieldReader(message);
	reader.bytes(8); // ticket_lifetime, ticket_age_add
	reader.vector(1); // ticket_nonce
	reader.vector(2, 1);
	readExtensions(reader, [], () => {}, true);
	reader.end();
}

/** KeyUpdate (§4.7.3). Returns whether the server wants ours in turn. */
export function readKeyUpdate(message: Uint8Array): boolean {
	const reader = new FieldReader(message);
	const request = reader.uint8();
	reader.end();
	if (request > 1) refuse("bad key update");
	return request === 1;
}

/** A message of `type`, with its length. */
export function writeMessage(type: number, body: Uint8Array): Uint8Array {
	return concatenate(Uint8Array.of(type, body.length >> 16, body.length >> 8, body.length), body);
}

/** What we offer with each ClientHello, so that another type is told from one at the wrong place. */
const OFFERED: readonly number[] = Object.freeze([
	SERVER_NAME,
	MAX_FRAGMENT_LENGTH,
	SUPPORTED_GROUPS,
	SIGNATURE_ALGORITHMS,
	ALPN,
	RECORD_SIZE_LIMIT,
	SUPPORTED_VERSIONS,
	CERTIFICATE_AUTHORITIES,
	SIGNATURE_ALGORITHMS_CERT,
	KEY_SHARE,
]);

/**
 * The extensions of one message (§4.3): none twice, and of those that we know none but the `allowed` ones. `visit` reads
 * the whole of the data. Where the server speaks first, in requests and tickets, `othersIgnored`.
 */
function readExtensions(
	reader: FieldReader,
	allowed: readonly number[],
	visit: (type: number) => void,
	othersIgnored = false,
): void {
	const extensions = reader.enter(2);
	const seen: number[] = [];
	while (!reader.atEnd) {
		const type = reader.uint16();
		const data = reader.enter(2);
		if (seen.includes(type)) refuse("duplicate extension");
		if (seen.push(type) > MAXIMUM_EXTENSIONS) refuse("too many extensions", DECODE_ERROR);
		if (allowed.includes(type)) visit(type);
		else if (OFFERED.includes(type)) refuse("extension in the wrong message");
		else if (othersIgnored) reader.skip();
		else refuse("extension not offered", UNSUPPORTED_EXTENSION);
		reader.leave(data);
	}
	reader.leave(extensions);
}
