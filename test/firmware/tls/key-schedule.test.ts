import transcripts from "vectors:rfc8448/transcripts.vec";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../../firmware/bytes.js";
import { hkdfExpandLabel, hkdfExtract, sha256, x25519 } from "../../../firmware/crypto/kernel.js";
import { literal } from "../../../firmware/literals.js";
import {
	applicationSecrets,
	handshakeSecrets,
	nextSecret,
	trafficKey,
	verifyData,
} from "../../../firmware/tls/key-schedule.js";
import { CIPHER_SUITES, RecordReader, RecordWriter } from "../../../firmware/tls/record.js";
import { fromHex, toHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";
import { content, trace, traceTitles } from "./traces.js";

const aes = CIPHER_SUITES.find(({ code }) => code === 0x1301)!;

/** Opens records that arrive together. */
function open(reader: RecordReader, records: Uint8Array): { type: number; content: string }[] {
	const opened = [];
	for (let offset = 0; offset < records.length; ) {
		const part = records.subarray(offset, offset + reader.wanted);
		reader.receive(part);
		offset += part.length;
		while (reader.hasRecord()) {
			const record = reader.open();
			opened.push({ type: record.type, content: toHex(record.content) });
			reader.next();
		}
	}
	return opened;
}

test("the salt of the handshake secret is what the key schedule gives without a PSK (RFC 9846 §7.1)", () => {
	const early = hkdfExtract(new Uint8Array(0), new Uint8Array(32));
	const derived = literal("tls13 derived"),
		emptyHash = sha256(new Uint8Array(0));
	const salt = hkdfExpandLabel(early, derived, emptyHash, 32);
	// The constants cannot be looked at, but what follows from them can.
	const shared = new Uint8Array(32).fill(1),
		hash = sha256(fromHex("00"));
	const secret = hkdfExtract(salt, shared);
	const { traffic, main } = handshakeSecrets(shared, hash);
	assert.equal(traffic.client, hkdfExpandLabel(secret, literal("tls13 c hs traffic"), hash, 32));
	assert.equal(main, hkdfExtract(hkdfExpandLabel(secret, derived, emptyHash, 32), new Uint8Array(32)));
});

test("a secret changes with each KeyUpdate (RFC 9846 §7.2)", () => {
	const secret = new Uint8Array(32).fill(7);
	assert.equal(nextSecret(secret), hkdfExpandLabel(secret, literal("tls13 traffic upd"), new Uint8Array(0), 32));
	assert.is(trafficKey(secret, 16).key.length, 16);
	assert.is(trafficKey(secret, 32).iv.length, 12);
});

for (const title of traceTitles) {
	withVectors(`RFC 8448, ${title}: secrets, Finished, records`, [transcripts], ([text]) => {
		const get = trace(text, title);
		const clientHello = content(get("Record_ClientHello_1")),
			serverHello = get("Message_ServerHello");
		const share = serverHello.subarray(serverHello.length - 6 - 32, serverHello.length - 6); // before supported_versions
		const shared = x25519(get("Client_RNG_Pool").slice(-32), share);
		const names = [
			"Message_EncryptedExtensions",
			"Message_CertificateRequest",
			"Message_Server_Certificate",
			"Message_Server_CertificateVerify",
		];
		const flight = names
			.filter(name => name !== "Message_CertificateRequest" || title.startsWith("Client_Auth"))
			.map(get);
		const finished = get("Message_Server_Finished");

		const { traffic, main } = handshakeSecrets(shared, sha256(concatenate(clientHello, serverHello)));
		const beforeFinished = concatenate(clientHello, serverHello, ...flight);
		assert.is(toHex(verifyData(traffic.server, sha256(beforeFinished))), toHex(finished.subarray(4)));

		const reader = new RecordReader(4_096, 0);
		reader.protect(aes, traffic.server);
		const opened = open(reader, get("Record_ServerHandshakeMessages")).filter(({ type }) => type === 22);
		assert.is(opened.map(({ content }) => content).join(""), toHex(concatenate(...flight, finished)));

		const afterFinished = concatenate(beforeFinished, finished);
		const application = applicationSecrets(main, sha256(afterFinished));
		const writer = new RecordWriter();
		writer.protect(aes, traffic.client);
		if (title === "Simple_1RTT_Handshake") {
			const ours = concatenate(fromHex("14000020"), verifyData(traffic.client, sha256(afterFinished)));
			assert.is(toHex(writer.write(22, ours)), toHex(get("Record_ClientFinished")));
			reader.protect(aes, application.server);
			assert.is(open(reader, get("Record_NewSessionTicket"))[0].content.slice(0, 2), "04");
			writer.protect(aes, application.client);
			assert.is(toHex(writer.write(23, get("Client_AppData"))), toHex(get("Record_Client_AppData")));
			assert.equal(open(reader, get("Record_Server_AppData")), [{ type: 23, content: toHex(get("Server_AppData")) }]);
			assert.is(toHex(writer.write(21, fromHex("0100"))), toHex(get("Record_Client_CloseNotify")));
			assert.equal(open(reader, get("Record_Server_CloseNotify")), [{ type: 21, content: "0100" }]);
		}
	});
}

test.run();
