// Each message by itself; together they are client.test.ts's and test/host/tls's.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { AlertError } from "../../../firmware/tls/alert.js";
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
	writeMessage,
} from "../../../firmware/tls/handshake.js";
import { GROUPS } from "../../../firmware/tls/key-exchange.js";
import { FieldReader, FieldWriter } from "../../../firmware/tls/presentation.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { handshakeSchemes, type KeyAlgorithm } from "../../../firmware/x509/signature-algorithm.js";
import { fromHex, toHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";

const ours: ClientHello = {
	random: new Uint8Array(32).fill(1),
	sessionId: new Uint8Array(32).fill(2),
	suites: CIPHER_SUITES,
	hostName: "a.example",
	fragmentLength: 512,
	groups: GROUPS,
	keyShare: { group: GROUPS[0], share: new Uint8Array(32).fill(3) },
	schemes: handshakeSchemes([]),
	authorities: [],
	cookie: undefined,
};
const echo = `20${"02".repeat(32)}`;
const share = `00330024001d0020${"04".repeat(32)}`,
	VERSION = "002b00020304";
function serverHello(
	extensions: string,
	{ random = "05".repeat(32), session = echo, suite = "1303" } = {},
): Uint8Array {
	return fromHex(
		`0303${random}${session}${suite}00${(extensions.length / 2).toString(16).padStart(4, "0")}${extensions}`,
	);
}
const RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

test("a ClientHello has every field of the profile, in order", () => {
	const hello = toHex(writeClientHello(ours));
	assert.is(
		hello,
		[
			"010000da",
			"0303",
			"01".repeat(32),
			echo,
			"000413031301",
			"0100",
			"008d",
			"00010001" + "01", // max_fragment_length 512
			"000a0008" + "0006001d11ec0017", // X25519, X25519MLKEM768, secp256r1
			"000d000e" + "000c" + "080704030503" + "080408050806", // ed25519, ecdsa_secp256r1_sha256, …, rsa_pss_rsae_…
			"0010000b" + "000908" + "687474702f312e31", // http/1.1
			"001c0002" + "0201", // record_size_limit 513
			"002b0003" + "020304",
			`003300260024001d0020${"03".repeat(32)}`,
			"0032000e" + "000c" + "080704030503" + "040105010601", // in certificates rsa_pkcs1_…
			"0000000e" + "000c000009" + "612e6578616d706c65", // a.example
		].join(""),
	);
});

test("a second ClientHello carries the cookie; one without a share asks for the retry request", () => {
	const cookie = toHex(writeClientHello({ ...ours, cookie: fromHex("c0c1") }));
	assert.ok(cookie.endsWith("002c00040002c0c1"));
	assert.ok(toHex(writeClientHello({ ...ours, keyShare: undefined })).includes("003300020000"));
	assert.not(toHex(writeClientHello({ ...ours, hostName: undefined })).includes("612e65"));
});

test("a ClientHello names the authorities that can authenticate the server, unless there are none", () => {
	const hello = writeClientHello({ ...ours, authorities: [fromHex("3000"), fromHex("300131")] });
	assert.ok(toHex(hello).endsWith("002f000b" + "0009" + "00023000" + "0003300131"));
	assert.not(toHex(writeClientHello(ours)).includes("002f00"));
});

test("what keys of the anchors' algorithms sign with is offered first", () => {
	const codes = (...preferred: KeyAlgorithm[]) => handshakeSchemes(preferred).map(({ code }) => code.toString(16));
	assert.equal(codes(), ["807", "403", "503", "804", "805", "806"]);
	assert.equal(codes("rsa"), ["804", "805", "806", "807", "403", "503"]);
	assert.equal(codes("p256", "ed25519"), ["807", "403", "503", "804", "805", "806"]);
	assert.equal(codes("ml-dsa-44"), ["904", "807", "403", "503", "804", "805", "806"]); // beside such an anchor alone
	assert.equal(codes("ed25519", "ml-dsa-44"), ["904", "807", "403", "503", "804", "805", "806"]);
});

test("a ServerHello gives suite and share, a HelloRetryRequest what it wants", () => {
	const hello = readServerHello(serverHello(share + VERSION), ours);
	assert.not(hello.isRetryRequest);
	assert.is(hello.suite.code, 0x1303);
	assert.is(toHex(hello.keyShare!), "04".repeat(32));
	const retry = readServerHello(serverHello(`${VERSION}00330002001d002c00030001aa`, { random: RETRY_RANDOM }), ours);
	assert.ok(retry.isRetryRequest && retry.group === GROUPS[0]);
	assert.is(toHex(retry.cookie!), "aa");
});

test("no truncated ServerHello is read, and none with a byte behind it", () => {
	const whole = serverHello(share + VERSION);
	for (let length = 0; length < whole.length; length++) {
		assert.throws(
			() => readServerHello(whole.subarray(0, length), ours),
			(error: any) => error instanceof AlertError,
		);
	}
	refusedAs(AlertError, "malformed message", () => readServerHello(fromHex(`${toHex(whole)}00`), ours));
});

test("EncryptedExtensions say how long our records may be", () => {
	const read = (hex: string) => readEncryptedExtensions(fromHex(hex), ours);
	assert.equal(read("0000"), { sendLimit: 512, limitAgreed: false });
	assert.equal(read("0006001c00020040"), { sendLimit: 63, limitAgreed: true });
	assert.equal(read("0006001c00024001"), { sendLimit: 512, limitAgreed: true });
	assert.equal(read("00050001000101"), { sendLimit: 512, limitAgreed: true });
	assert.equal(read("001300000000" + "0010000b000908687474702f312e31"), { sendLimit: 512, limitAgreed: false });
	assert.equal(read("0008000a00040002001d"), { sendLimit: 512, limitAgreed: false });
	refusedAs(AlertError, "malformed message", () => read("0009000a00050003001d00")); // half a group
	refusedAs(AlertError, "extension not offered", () =>
		readEncryptedExtensions(fromHex("000400000000"), { ...ours, hostName: undefined }),
	);
	refusedAs(AlertError, "malformed message", () => read("00050000000100"));
	refusedAs(AlertError, "bad max_fragment_length", () => read("00050001000102"));
	refusedAs(AlertError, "bad record_size_limit", () => read("0006001c0002003f"));
	refusedAs(AlertError, "max_fragment_length and record_size_limit", () => read("000b00010001" + "01001c00020040"));
	refusedAs(AlertError, "extension in the wrong message", () => read("0006002b00020304"));
});

test("certificates come as views, at most one more than allowed", () => {
	const entry = "000002abcd0000";
	const list = (count: number): Uint8Array =>
		fromHex(`00${(7 * count).toString(16).padStart(6, "0")}${entry.repeat(count)}`);
	assert.equal(readCertificates(list(2), 4).map(toHex), ["abcd", "abcd"]);
	assert.is(readCertificates(list(30), 4).length, 5); // which is for the path's check to refuse
	refusedAs(AlertError, "no certificate", () => readCertificates(list(0), 4));
	refusedAs(AlertError, "certificate request context", () => readCertificates(fromHex("01aa000000"), 4));
	refusedAs(AlertError, "extension not offered", () =>
		readCertificates(fromHex("00" + "00000b" + "000002abcd" + "000400050000"), 4),
	);
	refusedAs(AlertError, "malformed message", () => readCertificates(fromHex("00000006000003abcd00"), 4));
});

test("the other messages are read to their last byte", () => {
	assert.equal(readCertificateVerify(fromHex("08070002aabb")).scheme, 0x0807);
	refusedAs(AlertError, "malformed message", () => readCertificateVerify(fromHex("08070002aabbcc")));
	readCertificateRequest(fromHex("000008" + "000d0004" + "00020807"));
	readCertificateRequest(fromHex("00000c" + "000d0004" + "00020807" + "12340000")); // unknown ones are ignored (§4.4.2)
	readCertificateRequest(fromHex("000011" + "000d0004" + "00020807" + "002f0005" + "0003" + "000130")); // names of any length
	refusedAs(AlertError, "no signature algorithms", () => readCertificateRequest(fromHex("000000")));
	refusedAs(AlertError, "malformed message", () =>
		readCertificateRequest(fromHex("000009" + "000d0005" + "0003080704")),
	);
	readNewSessionTicket(fromHex("0000000000000000" + "0100" + "0001aa" + "0000"));
	refusedAs(AlertError, "malformed message", () =>
		readNewSessionTicket(fromHex("0000000000000000" + "0100" + "0000" + "0000")),
	);
	assert.is(readKeyUpdate(fromHex("01")), true);
	assert.is(readKeyUpdate(fromHex("00")), false);
	refusedAs(AlertError, "bad key update", () => readKeyUpdate(fromHex("02")));
	refusedAs(AlertError, "malformed message", () => readKeyUpdate(fromHex("0000")));
});

test("seventeen extensions are too many, and two of a kind one", () => {
	let list = "";
	for (let i = 0; i < 17; i++) list += `aa${i.toString(16).padStart(2, "0")}0000`;
	refusedAs(AlertError, "too many extensions", () => readCertificateRequest(fromHex(`000044${list}`)));
	refusedAs(AlertError, "duplicate extension", () => readCertificateRequest(fromHex(`000008${"aa000000".repeat(2)}`)));
});

test("fields are read within their bounds", () => {
	const reader = new FieldReader(fromHex("010203ff0405"));
	assert.is(reader.uint8(), 1);
	assert.is(reader.uint16(), 0x0203);
	refusedAs(AlertError, "malformed message", () => reader.vector(1));
	refusedAs(AlertError, "malformed message", () => new FieldReader(fromHex("00")).vector(1, 1));
	refusedAs(AlertError, "malformed message", () => new FieldReader(fromHex("00")).uint16());
});

test("a vector is read within its own bounds", () => {
	const reader = new FieldReader(fromHex("000401aa02bbcc"));
	const outer = reader.enter(2, 4);
	const inner = reader.enter(1);
	refusedAs(AlertError, "malformed message", () => reader.uint16());
	refusedAs(AlertError, "malformed message", () => reader.leave(outer));
	assert.is(reader.uint8(), 0xaa);
	reader.leave(inner);
	refusedAs(AlertError, "malformed message", () => reader.enter(1));
	const rest = new FieldReader(fromHex("000401aa02bbcc"));
	const vector = rest.enter(2);
	rest.skip();
	rest.leave(vector);
	assert.is(toHex(rest.bytes(1)), "cc");
	rest.end();
});

test("vectors are written behind their length, and not beyond the capacity", () => {
	const writer = new FieldWriter(300);
	writer.open(3);
	writer.vector(1, fromHex("aa"));
	writer.open(1);
	writer.uint16(0x0102);
	writer.close(1);
	writer.vector(2, fromHex("bb"));
	assert.is(toHex(writer.end()), "00000801aa0201020001bb");
	writer.open(2);
	writer.bytes(new Uint8Array(280));
	assert.is(toHex(writer.end().subarray(11, 13)), "0118");
	for (let i = 0; i < 7; i++) writer.uint8(i);
	assert.is(writer.end().length, 300);
	assert.throws(() => writer.bytes(new Uint8Array(1)), RangeError);
	writer.uint8(0);
	assert.throws(() => writer.end(), /expected at most 300 bytes/);
});

test("a message has its type and its length in front", () => {
	assert.is(toHex(writeMessage(20, new Uint8Array(300))).slice(0, 8), "1400012c");
});

test.run();
