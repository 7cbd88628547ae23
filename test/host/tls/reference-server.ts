// The server's side of TLS 1.3 on Node's own cryptography, in pieces: every message, record and key can be had by
// itself, in any order and with any content. In order it is an honest server; out of order it is whatever a test needs.
// It shares no code with firmware/tls, so that an error there is not repeated here.

import {
	createCipheriv,
	createDecipheriv,
	createHash,
	createHmac,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	type KeyObject,
} from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { type PrivateKey, signWith } from "../../../host/signing-key.js";

export const CHANGE_CIPHER_SPEC = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	APPLICATION_DATA = 23;

export interface Credentials {
	/** DER, the leaf first. */
	chain: Uint8Array[];
	privateKey: PrivateKey;
}

export interface ReceivedHello {
	message: Buffer;
	random: Buffer;
	sessionId: Buffer;
	suites: number[];
	extensions: Map<number, Buffer>;
}

type Direction = { key: Buffer; iv: Buffer; sequence: number };

const suites = {
	0x1301: { cipher: "aes-128-gcm", keyLength: 16 },
	0x1303: { cipher: "chacha20-poly1305", keyLength: 32 },
} as const;

/** By the key of a CertificateVerify. */
const SCHEMES: Record<string, number> = { ed25519: 0x0807, ec: 0x0403, "ml-dsa-44": 0x0904 };

const empty = Buffer.alloc(0);
function hash(data: Uint8Array): Buffer {
	return createHash("sha256").update(data).digest();
}
function hmac(key: Uint8Array, data: Uint8Array): Buffer {
	return createHmac("sha256", key).update(data).digest();
}

export function uint8(n: number): Buffer {
	return Buffer.of(n);
}
export function uint16(n: number): Buffer {
	return Buffer.of(n >> 8, n & 255);
}
export function vector(lengthBytes: number, content: Uint8Array): Buffer {
	const length = Buffer.alloc(lengthBytes);
	length.writeUIntBE(content.length, 0, lengthBytes);
	return Buffer.concat([length, content]);
}
export function message(type: number, body: Uint8Array): Buffer {
	return Buffer.concat([uint8(type), vector(3, body)]);
}
export function extension(type: number, data: Uint8Array): Buffer {
	return Buffer.concat([uint16(type), vector(2, data)]);
}
export function record(type: number, content: Uint8Array): Buffer {
	return Buffer.concat([uint8(type), uint16(0x0303), vector(2, content)]);
}

export const X25519_ML_KEM_768 = 0x11ec;
const ML_KEM_KEY = 1_184; // bytes

/** RFC 9846 §4.2.3. */
export const retryRandom = hash(Buffer.from("HelloRetryRequest"));

interface CertificateContent {
	chain?: Uint8Array[];
	context?: Buffer;
	extensions?: Buffer[];
}

export class ReferenceServer {
	readonly suite: keyof typeof suites;
	readonly credentials: Credentials;
	hello: ReceivedHello;
	/** What goes to the client. */
	output: Buffer = empty;
	/** Every handshake message so far. */
	transcript: Buffer = empty;
	/** Where each record begins, for whoever wants to drop or swap one. */
	readonly records: number[] = [];

	readonly #keys = generateKeyPairSync("x25519");
	/** ML-KEM's part of the shared secret, if the group has one. */
	#encapsulated: Uint8Array | undefined;
	#handshakeSecret: Buffer = empty;
	#clientHandshakeSecret: Buffer = empty;
	secrets: { client: Buffer; server: Buffer } = { client: empty, server: empty };
	/** Our direction's key, and every key that the client may have used. */
	#writing: Direction | undefined;
	#reading: Direction[] = [];

	constructor(clientFlight: Uint8Array, credentials: Credentials, suite: keyof typeof suites = 0x1303) {
		this.credentials = credentials;
		this.suite = suite;
		this.hello = parseHello(clientFlight);
		this.transcript = this.hello.message;
	}

	/** Takes what was not yet sent. */
	take(): Buffer {
		const { output } = this;
		this.output = empty;
		return output;
	}

	// messages

	get keyShare(): Buffer {
		return rawPublicKey(this.#keys.publicKey);
	}

	serverHello({
		version = 0x0303,
		random = Buffer.alloc(32, 7),
		sessionId = this.hello.sessionId,
		suite = this.suite as number,
		compression = 0,
		extensions = [this.versionExtension(), this.keyShareExtension()],
	}: {
		version?: number;
		random?: Buffer;
		sessionId?: Buffer;
		suite?: number;
		compression?: number;
		extensions?: Buffer[];
	} = {}): Buffer {
		const parts = [uint16(version), random, vector(1, sessionId), uint16(suite), uint8(compression)];
		return message(2, Buffer.concat([...parts, vector(2, Buffer.concat(extensions))]));
	}

	versionExtension = (version = 0x0304): Buffer => extension(43, uint16(version));
	keyShareExtension = (share = this.keyShare, group = 0x1d): Buffer =>
		extension(51, Buffer.concat([uint16(group), vector(2, share)]));

	/** X25519MLKEM768 (RFC 10024 §4), for a client that has sent a share of it: its ciphertext and our X25519 share. */
	hybridKeyShareExtension(): Buffer {
		const share = this.hello.extensions.get(51)!.subarray(6);
		const { cipherText, sharedSecret } = ml_kem768.encapsulate(share.subarray(0, ML_KEM_KEY));
		this.#encapsulated = sharedSecret;
		return this.keyShareExtension(Buffer.concat([cipherText, this.keyShare]), X25519_ML_KEM_768);
	}

	helloRetryRequest(extensions: Buffer[], overrides: { sessionId?: Buffer; suite?: number } = {}): Buffer {
		return this.serverHello({
			random: retryRandom,
			extensions: [this.versionExtension(), ...extensions],
			...overrides,
		});
	}

	encryptedExtensions(extensions: Buffer[] = []): Buffer {
		return message(8, vector(2, Buffer.concat(extensions)));
	}

	certificate({ chain = this.credentials.chain, context = empty, extensions = [] }: CertificateContent = {}): Buffer {
		const entries = chain.map(der => Buffer.concat([vector(3, der), vector(2, Buffer.concat(extensions))]));
		return message(11, Buffer.concat([vector(1, context), vector(3, Buffer.concat(entries))]));
	}

	certificateVerify({
		key = this.credentials.privateKey,
		scheme = SCHEMES[key.asymmetricKeyType as string],
		context = "TLS 1.3, server CertificateVerify",
		transcript = this.transcript,
	}: {
		key?: PrivateKey;
		scheme?: number;
		context?: string;
		transcript?: Buffer;
	} = {}): Buffer {
		const signed = Buffer.concat([Buffer.alloc(64, 0x20), Buffer.from(`${context}\0`), hash(transcript)]);
		return message(15, Buffer.concat([uint16(scheme), vector(2, signWith(key, signed))]));
	}

	finished({ secret = this.secrets.server, transcript = this.transcript } = {}): Buffer {
		return message(20, hmac(expandLabel(secret, "finished", empty, 32), hash(transcript)));
	}

	// records

	/** Queues a plaintext record. */
	plain(type: number, content: Uint8Array): this {
		return this.raw(record(type, content));
	}

	/** Queues a protected record under the present key. */
	seal(type: number, content: Uint8Array, padding = 0): this {
		return this.raw(protect(this.suite, this.#writing!, Buffer.concat([content, uint8(type), Buffer.alloc(padding)])));
	}

	raw(bytes: Uint8Array): this {
		this.records.push(this.output.length);
		this.output = Buffer.concat([this.output, bytes]);
		return this;
	}

	// steps of an honest handshake; each adds its message to the transcript

	sendServerHello(hello = this.serverHello()): this {
		this.plain(HANDSHAKE, hello);
		return this.startHandshakeKeys(hello);
	}

	/** The keys after `hello`, without sending it. */
	startHandshakeKeys(hello = this.serverHello()): this {
		this.transcript = Buffer.concat([this.transcript, hello]);
		const shares = this.hello.extensions.get(51)!;
		if (shares.length < 38) return this; // no share of the client's: no key
		const exchange = (share: Buffer) =>
			diffieHellman({ privateKey: this.#keys.privateKey, publicKey: x25519Key(share) });
		const shared = this.#encapsulated
			? Buffer.concat([this.#encapsulated, exchange(shares.subarray(6 + ML_KEM_KEY))])
			: exchange(shares.subarray(6, 38));
		const early = hmac(Buffer.alloc(32), Buffer.alloc(32));
		this.#handshakeSecret = hmac(expandLabel(early, "derived", hash(empty), 32), shared);
		return this.#start(this.#handshakeSecret, "hs");
	}

	sendChangeCipherSpec(): this {
		return this.plain(CHANGE_CIPHER_SPEC, uint8(1));
	}

	/** Queues handshake messages in one record, or in records of at most `size` bytes of content. */
	send(messages: Buffer[], size = Infinity): this {
		const bytes = Buffer.concat(messages);
		this.transcript = Buffer.concat([this.transcript, bytes]);
		for (let i = 0; i < bytes.length; i += size) this.seal(HANDSHAKE, bytes.subarray(i, i + size));
		return this;
	}

	sendEncryptedExtensions = (extensions: Buffer[] = []): this => this.send([this.encryptedExtensions(extensions)]);
	sendCertificate = (options: CertificateContent = {}): this => this.send([this.certificate(options)], 512);
	sendCertificateVerify = (options: Parameters<this["certificateVerify"]>[0] = {}): this =>
		this.send([this.certificateVerify(options)]);

	sendFinished(finished = this.finished()): this {
		return this.send([finished]).startApplicationKeys();
	}

	/** From ServerHello to Finished. */
	sendFlight(): this {
		return this.sendServerHello()
			.sendChangeCipherSpec()
			.sendEncryptedExtensions()
			.sendCertificate()
			.sendCertificateVerify()
			.sendFinished();
	}

	startApplicationKeys(): this {
		const derived = expandLabel(this.#handshakeSecret, "derived", hash(empty), 32);
		return this.#start(hmac(derived, Buffer.alloc(32)), "ap");
	}

	/** The key after a KeyUpdate of ours. */
	updateKey(): this {
		this.secrets.server = expandLabel(this.secrets.server, "traffic upd", empty, 32);
		this.#writing = direction(this.suite, this.secrets.server);
		return this;
	}

	/** §4.1: the first ClientHello becomes its hash, the retry request follows it. */
	sendRetry(retry: Buffer): this {
		this.transcript = Buffer.concat([message(254, hash(this.transcript)), retry]);
		return this.plain(HANDSHAKE, retry);
	}

	/** Takes the client's second ClientHello. */
	receiveHello(clientFlight: Uint8Array): this {
		this.hello = parseHello(clientFlight);
		this.transcript = Buffer.concat([this.transcript, this.hello.message]);
		return this;
	}

	/** The records that the client sent, opened with whichever of its keys fits. */
	open(clientFlight: Uint8Array): { type: number; content: Buffer }[] {
		const opened: { type: number; content: Buffer }[] = [];
		const bytes = Buffer.from(clientFlight);
		for (let i = 0; i < bytes.length; ) {
			const end = i + 5 + bytes.readUInt16BE(i + 3);
			const header = bytes.subarray(i, i + 5),
				fragment = bytes.subarray(i + 5, end);
			i = end;
			if (header[0] !== APPLICATION_DATA) {
				opened.push({ type: header[0], content: fragment });
				continue;
			}
			let inner: Buffer | undefined;
			for (const keys of this.#reading.slice().reverse())
				if ((inner = unprotect(this.suite, keys, header, fragment))) break;
			if (!inner) throw new Error("a record of the client's fits no key");
			opened.push({ type: inner[inner.length - 1], content: inner.subarray(0, -1) });
		}
		return opened;
	}

	/** What the client's Finished must be, after `clientMessages` of its own. */
	clientFinished(...clientMessages: Buffer[]): Buffer {
		const transcript = Buffer.concat([this.transcript, ...clientMessages]);
		return message(20, hmac(expandLabel(this.#clientHandshakeSecret, "finished", empty, 32), hash(transcript)));
	}

	/** The key of the client's after its KeyUpdate. */
	followClientUpdate(): void {
		this.secrets.client = expandLabel(this.secrets.client, "traffic upd", empty, 32);
		this.#reading.push(direction(this.suite, this.secrets.client));
	}

	#start(secret: Buffer, epoch: "hs" | "ap"): this {
		const transcriptHash = hash(this.transcript);
		this.secrets = {
			client: expandLabel(secret, `c ${epoch} traffic`, transcriptHash, 32),
			server: expandLabel(secret, `s ${epoch} traffic`, transcriptHash, 32),
		};
		if (epoch === "hs") this.#clientHandshakeSecret = this.secrets.client;
		this.#writing = direction(this.suite, this.secrets.server);
		this.#reading.push(direction(this.suite, this.secrets.client));
		return this;
	}
}

function parseHello(flight: Uint8Array): ReceivedHello {
	let bytes = Buffer.from(flight);
	while (bytes[0] === CHANGE_CIPHER_SPEC) bytes = bytes.subarray(5 + bytes.readUInt16BE(3));
	let whole = Buffer.alloc(0); // it may be split over records
	for (; bytes[0] === HANDSHAKE; bytes = bytes.subarray(5 + bytes.readUInt16BE(3)))
		whole = Buffer.concat([whole, bytes.subarray(5, 5 + bytes.readUInt16BE(3))]);
	let at = 4 + 2;
	const take = (length: number): Buffer => whole.subarray(at, (at += length));
	const random = take(32);
	const sessionId = take(take(1)[0]);
	const suiteBytes = take(take(2).readUInt16BE());
	take(take(1)[0]);
	const end = take(2).readUInt16BE() + at;
	const extensions = new Map<number, Buffer>();
	while (at < end) {
		const type = take(2).readUInt16BE();
		extensions.set(type, take(take(2).readUInt16BE()));
	}
	const suiteList = Array.from({ length: suiteBytes.length / 2 }, (_, i) => suiteBytes.readUInt16BE(2 * i));
	return { message: whole, random, sessionId, suites: suiteList, extensions };
}

function expandLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Buffer {
	const info = Buffer.concat([uint16(length), vector(1, Buffer.from(`tls13 ${label}`)), vector(1, context)]);
	return hmac(secret, Buffer.concat([info, uint8(1)])).subarray(0, length); // one block: length is 32 at most
}

function direction(suite: keyof typeof suites, secret: Buffer): Direction {
	const { keyLength } = suites[suite];
	return { key: expandLabel(secret, "key", empty, keyLength), iv: expandLabel(secret, "iv", empty, 12), sequence: 0 };
}

function nonce({ iv, sequence }: Direction): Buffer {
	const bytes = Buffer.from(iv);
	bytes.writeUInt32BE((bytes.readUInt32BE(8) ^ sequence) >>> 0, 8);
	return bytes;
}

function protect(suite: keyof typeof suites, keys: Direction, inner: Buffer): Buffer {
	const header = Buffer.concat([uint8(APPLICATION_DATA), uint16(0x0303), uint16(inner.length + 16)]);
	const cipher = createCipheriv(suites[suite].cipher as "chacha20-poly1305", keys.key, nonce(keys), {
		authTagLength: 16,
	});
	keys.sequence++;
	cipher.setAAD(header, { plaintextLength: inner.length });
	return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

function unprotect(suite: keyof typeof suites, keys: Direction, header: Buffer, fragment: Buffer): Buffer | undefined {
	const decipher = createDecipheriv(suites[suite].cipher as "chacha20-poly1305", keys.key, nonce(keys), {
		authTagLength: 16,
	});
	decipher.setAAD(header, { plaintextLength: fragment.length - 16 });
	decipher.setAuthTag(fragment.subarray(-16));
	try {
		const inner = Buffer.concat([decipher.update(fragment.subarray(0, -16)), decipher.final()]);
		keys.sequence++;
		return inner;
	} catch {
		return undefined;
	}
}

function x25519Key(raw: Buffer): KeyObject {
	return createPublicKey({ key: { kty: "OKP", crv: "X25519", x: raw.toString("base64url") }, format: "jwk" });
}

function rawPublicKey(key: KeyObject): Buffer {
	return Buffer.from(key.export({ format: "jwk" }).x!, "base64url");
}
