import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { dlKeyBytes } from "../../firmware/trust/dl-key.js";
import { isSameAuthority, readTrustAnchor } from "../../firmware/x509/path.js";
import {
	type CaInformation,
	decodeCaInformation,
	encodeCaInformation,
	encodePayload,
	openCaInformation,
	signatureStructure,
	signerStructures,
} from "../../host/ca-information.js";
import { authorityName, createCertificateAuthority } from "../../host/certificate-authority.js";
import { type DlKeyPair, publicKeyOf } from "../../host/dl-key.js";
import { seal } from "../../host/dl-private-key.js";
import { withoutSignature } from "../../host/unsigned-certificate.js";
import { hybridKey } from "../firmware/trust/issue-hybrid.js";
import { fromHex } from "../hex.js";
import { createWorld, plannedYears } from "../world.js";

const world = await createWorld();
const dlKeys = [createPublicKey(world.dlKey)];
function onDevice(object: Uint8Array) {
	return VerifiedCaInformation.verify(object, { name: world.fleet, dlKeys: world.dlPublicKeys });
}

/** Of the firmware's tests: a pair with a tree that is genuine for the first generations. */
const pair = publicKeyOf(dlKeyBytes(hybridKey.publicKey)) as DlKeyPair;
const hybridSecret = createPrivateKey({
	key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), hybridKey.seed]),
	format: "der",
	type: "pkcs8",
});
function hybrid(generation: number, more: Partial<CaInformation> = {}): Uint8Array {
	return seal(world.payload(generation, more), world.fleet, { ed25519: hybridSecret, lms: hybridKey.lms });
}
function onHybridDevice(object: Uint8Array) {
	return VerifiedCaInformation.verify(object, { name: world.fleet, dlKeys: [hybridKey.publicKey] });
}
function accepts(read: () => unknown): boolean {
	try {
		return read() !== undefined;
	} catch {
		return false;
	}
}

test("the firmware reads what the host writes, field by field", () => {
	for (const more of [
		{},
		{ leafNotBefore: 0 },
		{ leafNotBefore: 23 },
		{ leafNotBefore: 2 ** 32 - 1 },
		{ leafNotBefore: 2 ** 32 },
		{ leafNotBefore: 7_258_118_400 },
		{ revokes: true as const },
	]) {
		for (const generation of [1, 23, 24, 255, 256, 65_535]) {
			const object = world.information(generation, { certificate: world.authority(1).certificate, ...more });
			const read = onDevice(object);
			assert.is(read.generation, generation);
			assert.is(read.anchor.leafNotBefore, "leafNotBefore" in more ? more.leafNotBefore : undefined);
			assert.is(read.revokes, "revokes" in more);
			assert.is(read.nextAddresses[0].host, `download-${generation + 1}.fleet.example`);
		}
	}
});

test("the host opens its own, and says what is in it", () => {
	const object = world.information(2, { revokes: true, leafNotBefore: 5_000_000_000 });
	assert.equal(openCaInformation(object, world.fleet, dlKeys), {
		generation: 2,
		certificate: withoutSignature(world.authority(2).certificate),
		nextAddress: "https://download-3.fleet.example/ca-information",
		leafNotBefore: 5_000_000_000,
		revokes: true,
	});
});

test("with our own CA's certificate and an address of 43 bytes it has at most 400 bytes", async () => {
	const nextAddress = "https://download-2.fleet.example/ca-inform1";
	assert.is(nextAddress.length, 43);
	const sizes = [];
	for (const name of ["fleet", "fleet.example"]) {
		const { certificate } = await createCertificateAuthority({ name: authorityName(name, 1), validity: plannedYears });
		const object = world.information(1, { certificate: withoutSignature(certificate), nextAddress });
		assert.is(onDevice(object).generation, 1);
		sizes.push(object.length);
	}
	assert.equal(sizes, [332, 348]);
});

test("of a hybrid fleet with an ML-DSA-44 CA it has at most 3,165 bytes, or 3,380 with the longest address", async () => {
	const sizes = [];
	for (const length of [43, 255]) {
		const nextAddress = `https://download-2.fleet.example/${"c".repeat(length - 33)}`;
		assert.is(nextAddress.length, length);
		const ca = { name: authorityName("fleet", 2), validity: plannedYears, keyType: "ml-dsa-44" } as const;
		const certificate = withoutSignature((await createCertificateAuthority(ca)).certificate);
		const object = hybrid(2, { certificate, nextAddress });
		assert.is(onHybridDevice(object).anchor.publicKey.algorithm, "ml-dsa-44");
		sizes.push(object.length);
	}
	console.log(`${sizes} bytes`);
	assert.ok(sizes[0] <= 3_165 && sizes[1] <= 3_380, sizes.join());
});

test("of a hybrid fleet it has at most 2,000 bytes, whatever the name", async () => {
	const nextAddress = "https://download-2.fleet.example/ca-inform1";
	const sizes = [];
	for (const name of ["fleet", "fleet.example"]) {
		const { certificate } = await createCertificateAuthority({ name: authorityName(name, 1), validity: plannedYears });
		const object = hybrid(1, { certificate: withoutSignature(certificate), nextAddress });
		assert.is(onHybridDevice(object).generation, 1);
		sizes.push(object.length);
	}
	assert.equal(sizes, [1_851, 1_867]);
});

test("a hybrid object with any byte altered is refused, by host and firmware", () => {
	const object = hybrid(2);
	assert.is(openCaInformation(object, world.fleet, [pair])?.generation, 2);
	for (let at = 0; at < object.length; at++) {
		const changed = object.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));
		assert.not(
			accepts(() => onHybridDevice(changed)),
			`firmware, byte ${at}`,
		);
		if (at % 5 === 0)
			assert.not(
				accepts(() => openCaInformation(changed, world.fleet, [pair])),
				`host, byte ${at}`,
			);
	}
	for (let length = 0; length < object.length; length += 13)
		assert.not(accepts(() => openCaInformation(object.slice(0, length), world.fleet, [pair])));
	assert.not(accepts(() => openCaInformation(Uint8Array.of(...object, 0), world.fleet, [pair])));
	assert.not(accepts(() => openCaInformation(object, "another", [pair])));
	assert.not(accepts(() => openCaInformation(object, world.fleet, [pair.ed25519, world.dlKey])));
	assert.not(accepts(() => openCaInformation(world.information(2), world.fleet, [pair])));
	for (const index of [1, 3]) {
		const { ed25519, lms } = signerStructures(world.fleet, world.payload(2));
		const signatures = { ed25519: sign(null, ed25519, hybridSecret), lms: hybridKey.lms.sign(index, lms) };
		const other = encodeCaInformation(world.payload(2), signatures);
		assert.not(
			accepts(() => openCaInformation(other, world.fleet, [pair])),
			"another index",
		);
	}
});

test("a certificate without its signature is the signed one's twin, and other software can read it", () => {
	const signed = world.authority(1).certificate;
	const twin = new X509Certificate(withoutSignature(signed)),
		original = new X509Certificate(signed);
	assert.is(twin.subject, original.subject);
	assert.is(twin.issuer, original.subject);
	assert.ok(twin.publicKey.equals(original.publicKey) && twin.ca);
	assert.is(twin.validFrom, original.validFrom);
	assert.is(twin.validTo, original.validTo);
	const [a, b] = [withoutSignature(signed), signed].map(readTrustAnchor);
	assert.ok(isSameAuthority(a, b) && isSameAuthority(b, a));
	assert.equal(withoutSignature(withoutSignature(signed)), withoutSignature(signed));
	for (const none of [new Uint8Array(0), Uint8Array.of(0x30, 0x05, 0), signed.subarray(0, 100), fromHex("3000")])
		assert.throws(() => withoutSignature(none));
});

test("the structure is RFC 9052's: tag 18, alg -19, empty unprotected header", () => {
	const object = world.information(1);
	assert.is(Buffer.from(object.subarray(0, 8)).toString("hex"), "d28443a10132a059");
	const { payload, signatures } = decodeCaInformation(object);
	const structure = Buffer.concat([
		Buffer.from("846a5369676e61747572653143a10132581c", "hex"),
		Buffer.from("baton/ca-information/1/test"),
		Buffer.from(`59${payload.length.toString(16).padStart(4, "0")}`, "hex"),
		payload,
	]);
	(structure[16] = 0x58), (structure[17] = "baton/ca-information/1/test".length);
	assert.equal(Buffer.from(signatureStructure("test", payload)), structure);
	assert.ok(verify(null, structure, dlKeys[0], signatures.ed25519));
});

test("a typical object stays small", () => {
	assert.ok(world.information(1).length <= 448, `${world.information(1).length} bytes`);
});

test("host and firmware agree on every single-bit change, truncation and appended byte", () => {
	const object = world.information(2);
	for (let at = 0; at < object.length; at += 7) {
		const changed = object.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));
		assert.not(
			accepts(() => openCaInformation(changed, world.fleet, dlKeys)),
			`host, byte ${at}`,
		);
		assert.not(
			accepts(() => onDevice(changed)),
			`firmware, byte ${at}`,
		);
	}
	for (const length of [0, 1, 7, 100, object.length - 1])
		assert.not(accepts(() => openCaInformation(object.slice(0, length), world.fleet, dlKeys)));
	assert.not(accepts(() => openCaInformation(Uint8Array.of(...object, 0), world.fleet, dlKeys)));
});

/** The payload of information 1 with one more entry, in hexadecimal. */
function extended(entry: string): Uint8Array {
	const payload = world.payload(1);
	return world.seal(Uint8Array.of(payload[0] + 1, ...payload.subarray(1), ...Buffer.from(entry, "hex")));
}

test("negative keys are ignored by both, whatever simple thing they hold", () => {
	for (const entry of [
		"2001",
		"20f6",
		"20f5",
		"2043010203",
		"206161",
		"20820102",
		"20a10102",
		"201bffffffffffffffff",
		"203bffffffffffffffff",
		"2081818101",
	]) {
		const object = extended(entry);
		assert.is(openCaInformation(object, world.fleet, dlKeys)?.generation, 1, entry);
		assert.is(onDevice(object).generation, 1, entry);
	}
});

test("unknown keys from 0 on are refused by both", () => {
	const object = extended("0701");
	assert.throws(() => openCaInformation(object, world.fleet, dlKeys), /unknown key 7/);
	assert.throws(() => onDevice(object));
});

test("what is not deterministic is refused by both", () => {
	for (const entry of ["201801", "20190001", "209f01ff", "20fb3ff0000000000000"]) {
		assert.throws(() => openCaInformation(extended(entry), world.fleet, dlKeys), /malformed/, entry);
		assert.throws(() => onDevice(extended(entry)), undefined, entry);
	}
});

test("what no device takes is not written", () => {
	const information = { generation: 1, certificate: world.authority(1).certificate, nextAddress: "https://d.example/" };
	assert.throws(() => encodePayload({ ...information, generation: 65_536 }), /1 to 65535/);
	assert.throws(() => encodePayload({ ...information, generation: 1.5 }), /1 to 65535/);
	assert.throws(() => encodePayload({ ...information, leafNotBefore: -1 }), /whole seconds/);
});

test.run();
