// Every bit of ten certificates, every truncation, every byte dropped or doubled: none is accepted. The anchor's
// signature check is Node's here, for speed; the device's own has its vectors, and path.test.ts does a part with it.

import { createPublicKey, verify as verifySignature } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, type TrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { certificates } from "../../firmware/x509/certificates.js";
import * as make from "./certificate-maker.js";

type Name = keyof typeof certificates;
function der(name: Name): Uint8Array {
	return new Uint8Array(Buffer.from(certificates[name], "hex"));
}

function anchor(name: Name): TrustAnchor {
	const read = readTrustAnchor(der(name));
	const { algorithm, bytes } = read.publicKey;
	const encoded = Buffer.from(bytes);
	const key = createPublicKey({
		format: "jwk",
		key:
			algorithm === "ed25519"
				? { kty: "OKP", crv: "Ed25519", x: encoded.toString("base64url") }
				: {
						kty: "EC",
						crv: "P-256",
						x: encoded.subarray(1, 33).toString("base64url"),
						y: encoded.subarray(33).toString("base64url"),
					},
	});
	const digest = algorithm === "ed25519" ? null : "sha256";
	return {
		...read,
		publicKey: {
			algorithm,
			bytes,
			verify: (_algorithm, message, signature) => verifySignature(digest, message, key, signature),
		},
	};
}

const subjects: [certificate: Name, anchor: Name, host: string, leaf?: Name][] = [
	["leaf", "root", "server.example"],
	["leafOfNext", "next", "server.example"],
	["p256Leaf", "root", "server.example"],
	["leafOfP256", "p256Root", "server.example"],
	["p256LeafOfP256", "p256Root", "server.example"],
	["wildcard", "root", "a.example.com"],
	["address", "root", "192.168.0.1"],
	["generalizedTime", "root", "server.example"],
	["hostLeaf", "hostAuthority", "127.0.0.1"],
	["narrowMiddle", "root", "server.example", "leafOfMiddle"],
];

for (const [name, anchorName, host, leaf] of subjects) {
	test(`no mutant of ${name} is accepted`, () => {
		const good = der(name),
			anchors = [anchor(anchorName)];
		const isAccepted = (certificate: Uint8Array): boolean => {
			try {
				verifyPath(leaf ? [der(leaf), certificate] : [certificate], host, anchors);
				return true;
			} catch (error) {
				if (error instanceof CertificateError) return false;
				throw error;
			}
		};
		assert.ok(isAccepted(good));
		for (let bit = 0; bit < good.length * 8; bit++) {
			const mutant = good.slice();
			mutant[bit >> 3] ^= 1 << (bit & 7);
			assert.not(isAccepted(mutant), `bit ${bit}`);
		}
		for (let at = 0; at < good.length; at++) {
			assert.not(isAccepted(good.subarray(0, at)), `${at} bytes`);
			assert.not(isAccepted(Buffer.concat([good.subarray(0, at), good.subarray(at + 1)])), `without byte ${at}`);
			assert.not(isAccepted(Buffer.concat([good.subarray(0, at + 1), good.subarray(at)])), `byte ${at} twice`);
		}
	});
}

test("an authority without a name is none (RFC 5280 §4.1.2.6)", () => {
	const root = make.party("root"),
		nameless = make.party("");
	assert.throws(() => readTrustAnchor(make.authority(nameless, root)), /bad name/);
	assert.ok(readTrustAnchor(make.authority(make.party("name"), root)));
});

test.run();
