// The structured generator: DER, certificates, handshake messages and whole servers of the right form and the wrong
// content, which blind mutation would take for ever to find.

import { randomFillSync } from "node:crypto";
import { Client } from "../firmware/tls/client.js";
import type { ClientHello } from "../firmware/tls/handshake.js";
import { readTrustAnchor } from "../firmware/x509/path.js";
import type { Dice } from "../test/dice.js";
import * as make from "../test/host/tls/certificate-maker.js";
import {
	type Credentials,
	extension,
	message as handshakeMessage,
	ReferenceServer,
	uint8,
	uint16,
	vector,
} from "../test/host/tls/reference-server.js";

function pick<T>(from: readonly T[], dice: Dice): T {
	return from[dice.below(from.length)];
}

function noise(length: number, dice: Dice): Buffer {
	const bytes = Buffer.alloc(length);
	dice.fill(bytes);
	return bytes;
}

/** A tree of elements whose lengths are right. */
export function der(dice: Dice, depth = 0): Buffer {
	const tag = pick([1, 2, 3, 4, 5, 6, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0xa0, 0xa3, 0x82, 0x87], dice);
	if ((tag >= 0x30 && tag < 0x80) || tag >= 0xa0) {
		return make.der(tag, ...Array.from({ length: depth < 6 ? dice.below(4) : 0 }, () => der(dice, depth + 1)));
	}
	if (tag === 1) return make.der(1, Buffer.of(pick([0, 1, 0xff], dice)));
	if (tag === 0x17)
		return make.der(
			tag,
			Buffer.from(`${10 + dice.below(90)}${10 + dice.below(4)}${10 + dice.below(22)}1212${10 + dice.below(60)}Z`),
		);
	return make.der(tag, noise(dice.below(dice.chance(0.1) ? 300 : 12), dice));
}

const authority = make.party("fleet CA 1"),
	subject = make.party("server.example");

/** A certificate of which some parts are from a wrong one. */
export function certificate(dice: Dice): Uint8Array {
	const oids = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.37", "1.2.3.4"];
	const extensions = Array.from({ length: dice.below(5) }, () =>
		pick(
			[
				() => make.keyUsage(1 << dice.below(8)),
				() => make.basicConstraints(dice.chance(0.5), dice.chance(0.5) ? dice.below(128) : undefined),
				() => make.extKeyUsage(pick([make.SERVER_AUTH, make.CLIENT_AUTH, make.ANY_USAGE], dice)),
				() =>
					make.alternativeNames(
						make.dns(pick(["server.example", "*.example", "a", "-"], dice)),
						make.ip(...noise(pick([4, 16, 5], dice), dice)),
					),
				() =>
					make.nameConstraints({ permitted: [make.dns(pick(["example", ".example", ""], dice))] }, dice.chance(0.5)),
				() => make.extension(pick(oids, dice), der(dice), dice.chance(0.5)),
			],
			dice,
		)(),
	);
	return make.certificate(authority, subject, {
		extensions,
		...(dice.chance(0.1) ? { serialNumber: make.integer(...noise(dice.below(22), dice)) } : {}),
		...(dice.chance(0.1) ? { subjectName: make.sequence(der(dice)) } : {}),
		...(dice.chance(0.1) ? { validity: make.sequence(der(dice), der(dice)) } : {}),
		...(dice.chance(0.1) ? { publicKeyInfo: make.sequence(der(dice), make.bitString(noise(32, dice))) } : {}),
		signature: Buffer.alloc(64),
	});
}

const extensionTypes = [0, 1, 5, 10, 13, 16, 18, 28, 41, 42, 43, 44, 45, 51, 0x1234];

function extensionList(dice: Dice): Buffer {
	const list = Array.from({ length: dice.below(5) }, () => {
		const data = pick(
			[
				() => Buffer.alloc(0),
				() => uint16(pick([0x0303, 0x0304, 0x1d, 0x17, 64, 512], dice)),
				() => uint8(dice.below(6)),
				() => Buffer.concat([uint16(0x1d), vector(2, noise(32, dice))]),
				() => vector(2, vector(1, Buffer.from(pick(["http/1.1", "h2", ""], dice)))),
				() => vector(2, noise(dice.below(8), dice)),
				() => noise(dice.below(40), dice),
			],
			dice,
		)();
		return extension(pick(extensionTypes, dice), data);
	});
	return vector(2, Buffer.concat(list));
}

/** A parser's number (targets.ts) and a body for it. */
export function message(dice: Dice): Uint8Array {
	const parser = dice.below(7);
	const body = [
		() =>
			Buffer.concat([
				uint16(0x0303),
				noise(32, dice),
				vector(1, Buffer.alloc(dice.chance(0.8) ? 32 : dice.below(40), 1)),
				uint16(pick([0x1301, 0x1303, 0x1302], dice)),
				uint8(dice.below(2)),
				extensionList(dice),
			]),
		() => extensionList(dice),
		() => Buffer.concat([vector(1, noise(dice.below(2), dice)), extensionList(dice)]),
		() =>
			Buffer.concat([
				vector(1, Buffer.alloc(0)),
				vector(
					3,
					Buffer.concat(
						Array.from({ length: dice.below(6) }, () =>
							Buffer.concat([
								vector(3, noise(dice.below(30), dice)),
								dice.chance(0.7) ? vector(2, Buffer.alloc(0)) : extensionList(dice),
							]),
						),
					),
				),
			]),
		() => Buffer.concat([uint16(0x0807), vector(2, noise(dice.below(70), dice))]),
		() =>
			Buffer.concat([
				noise(8, dice),
				vector(1, noise(dice.below(9), dice)),
				vector(2, noise(dice.below(20), dice)),
				extensionList(dice),
			]),
		() => noise(dice.below(3), dice),
	][parser]();
	return Buffer.concat([uint8(parser), body]);
}

/** A good message for each parser. */
export function messageSeeds({ sessionId }: ClientHello): Uint8Array[] {
	const serverHello = (random: Buffer, list: Buffer[]): Buffer =>
		Buffer.concat([
			uint16(0x0303),
			random,
			vector(1, sessionId),
			uint16(0x1301),
			uint8(0),
			vector(2, Buffer.concat(list)),
		]);
	const version = extension(43, uint16(0x0304));
	const good = [
		serverHello(Buffer.alloc(32), [
			version,
			extension(51, Buffer.concat([uint16(0x1d), vector(2, Buffer.alloc(32, 1))])),
		]),
		vector(
			2,
			Buffer.concat([
				extension(0, Buffer.alloc(0)),
				extension(16, vector(2, vector(1, Buffer.from("http/1.1")))),
				extension(28, uint16(512)),
			]),
		),
		Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, extension(13, vector(2, uint16(0x0807))))]),
		Buffer.concat([
			vector(1, Buffer.alloc(0)),
			vector(3, Buffer.concat([vector(3, Buffer.alloc(9)), vector(2, Buffer.alloc(0))])),
		]),
		Buffer.concat([uint16(0x0807), vector(2, Buffer.alloc(64))]),
		Buffer.concat([Buffer.alloc(8), vector(1, uint8(0)), vector(2, Buffer.alloc(9)), vector(2, Buffer.alloc(0))]),
		uint8(1),
	];
	const retryRandom = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");
	const retry = serverHello(retryRandom, [version, extension(44, vector(2, Buffer.of(1)))]);
	return [...good, retry].map((body, i) => Buffer.concat([uint8(i % good.length), body]));
}

const credentials: Credentials = { chain: [make.leaf(authority, subject)], privateKey: subject.privateKey };
const anchors = [readTrustAnchor(make.authority(authority))];

/**
 * A server that has the keys and does what `input` says, a byte or two for each step: in order it would be honest. The
 * client may be authenticated only if CertificateVerify and Finished were sent in their order, unchanged.
 */
export function runServer(input: Uint8Array, feeding: (client: Client) => (bytes: Uint8Array) => void): void {
	const client = new Client({ host: "server.example", anchors, random: bytes => void randomFillSync(bytes) });
	const feed = feeding(client);
	const server = new ReferenceServer(client.take(), credentials);
	const honest: string[] = [];
	let secured = false,
		spoilt = false;
	let at = 0;
	const next = (): number => input[at++] ?? 0;
	const steps = ["serverHello", "encryptedExtensions", "certificate", "certificateVerify", "finished"] as const;
	for (let turn = 0; turn < 40 && at < Math.max(input.length, 8) && client.wanted > 0; turn++) {
		const choice = next();
		const step = steps[Math.min(honest.length, steps.length - 1)];
		if (choice < 128 || (choice < 220 && !secured)) {
			// what is due, perhaps with a byte changed
			if (honest.length === steps.length) {
				server.seal(23, Buffer.alloc(choice % 50));
			} else {
				const due = server[step]();
				if (choice >= 112 && choice < 128) {
					due[next() % due.length] ^= 1 + next();
					spoilt = true;
				}
				if (step === "serverHello") {
					server.sendServerHello(due);
					secured = true;
				} else {
					server.send([due], choice % 8 === 7 ? 1 + next() : 512);
					if (step === "finished") server.startApplicationKeys();
				}
				honest.push(step);
			}
		} else if (choice < 200) {
			// something else, under the key
			const type = [20, 21, 22, 23, 0, 24][next() % 6];
			if (type !== 21 && type !== 23 && type !== 20) spoilt = true;
			server.seal(type, input.subarray(at, (at += next() % 64)), next() % 20);
		} else if (choice < 220) {
			// a message of some type with some body
			const type = [0, 4, 8, 11, 13, 15, 20, 24, 25][next() % 9];
			server.send([handshakeMessage(type, input.subarray(at, (at += next() % 200)))]);
			if (honest.length < steps.length && type !== 13) spoilt = true;
		} else if (choice < 235) {
			server.sendChangeCipherSpec();
		} else if (honest.length > 0 && honest.length < steps.length) {
			// leaves one out
			honest.push(step);
			spoilt = true;
		} else {
			server.raw(input.subarray(at, (at += next() % 32)));
			spoilt = true;
		}
		feed(server.take());
		if (client.pending > 0) client.take();
	}
	if (client.anchor !== undefined && spoilt && honest.length < steps.length)
		throw new Error("authenticated without proof");
	if (client.anchor !== undefined && honest.length < steps.length) throw new Error("authenticated without Finished");
}
