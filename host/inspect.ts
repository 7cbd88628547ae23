// CA information and slot images in plain words and in CBOR diagnostic notation (RFC 8949 §8).

import { X509Certificate } from "node:crypto";
import {
	type CaInformation,
	decodeCaInformation,
	decodePayload,
	openCaInformation,
	type Signatures,
} from "./ca-information.js";
import type { DlKey } from "./dl-key.js";
import { fingerprint, payloadFingerprint } from "./fingerprint.js";
import { readSlotImage, SLOT_LENGTH } from "./slot-image.js";

/** Text for people, of CA information, a request to sign one, or a slot image. `trust`: whose signatures count; without it a signature is not judged, and that is said. */
export function inspect(bytes: Uint8Array, trust?: { fleet: string; dlKeys: DlKey[] }, fleet = trust?.fleet): string {
	if (bytes.length === SLOT_LENGTH) return inspectSlot(bytes, trust);
	return bytes[0] >> 5 === MAP ? inspectRequest(bytes, fleet) : inspectInformation(bytes, trust);
}

const MAP = 5; // CBOR's major type (RFC 8949 §3.1)

function inspectRequest(payload: Uint8Array, fleet: string | undefined): string {
	const lines = [
		`request to sign CA information, ${payload.length} bytes`,
		...describe(decodePayload(payload)),
		"signature         none: it is still to be signed (baton sign)",
		`fingerprint       ${fleet === undefined ? "not shown: give --fleet" : payloadFingerprint(fleet, payload)}`,
	];
	return `${lines.join("\n")}\n`;
}

function inspectInformation(object: Uint8Array, trust?: { fleet: string; dlKeys: DlKey[] }): string {
	const { information, signatures, payload } = decodeCaInformation(object);
	const verdict = !trust
		? "not checked: give --fleet and --dl-key"
		: openCaInformation(object, trust.fleet, trust.dlKeys)
			? `holds, for the fleet ${trust.fleet}`
			: `DOES NOT HOLD for the fleet ${trust.fleet} with ${trust.dlKeys.length === 1 ? "this key" : "any of these keys"}`;
	return `${[`CA information, ${object.length} bytes`, ...describe(information), `signed by         ${signatures.lms ? "Ed25519 and HSS-LMS, of a hybrid fleet" : "Ed25519, of a classical fleet"}`, `signature         ${verdict}`].join("\n")}\n\n${diagnostic(payload, signatures, information)}\n`;
}

/** What it says, line by line. */
export function describe(information: CaInformation): string[] {
	const { generation, certificate, nextAddress, mirrors = [], leafNotBefore, revokes, follows } = information;
	const { subject, validFrom, validTo, fingerprint256, publicKey } = new X509Certificate(certificate);
	return [
		`generation        ${generation}`,
		`CA certificate    ${subject.replace(/\n/g, ", ")}, ${publicKey.asymmetricKeyType}, ${certificate.length} bytes`,
		`                  ${validFrom} to ${validTo} (no device compares these with a clock)`,
		`                  SHA-256 ${fingerprint256}`,
		`                  its key ${fingerprint(publicKey.export({ type: "spki", format: "der" }))}`,
		`next address      ${nextAddress}`,
		...mirrors.map(mirror => `   or             ${mirror}`),
		...(leafNotBefore === undefined
			? []
			: [`server certs from  ${new Date(leafNotBefore * 1_000).toISOString()}: earlier ones are refused`]),
		...(follows === undefined ? [] : [`follows           ${follows}: takes over from that generation`]),
		...(revokes ? ["revokes           every lower generation: devices promote this as soon as they have it"] : []),
	];
}

function inspectSlot(image: Uint8Array, trust?: { fleet: string; dlKeys: DlKey[] }): string {
	if (!trust) throw new TypeError("a slot's copies count only if their signatures hold: give --fleet and --dl-key");
	const { copies, object, information } = readSlotImage(image, trust.fleet, trust.dlKeys);
	const lines = [
		`slot image, ${image.length} bytes, two copies`,
		...copies.map(
			({ is, proved, information: of }, index) =>
				`copy ${index}            ${is}${of ? `, generation ${of.generation}, ${proved ? "proved" : "not proved"}` : ""}`,
		),
	];
	if (!information) return `${[...lines, "the slot is empty: it has no valid copy"].join("\n")}\n`;
	return `${lines.join("\n")}\n\n${inspectInformation(object!, trust)}`;
}

/** RFC 8949 §8, with the payload opened as `<< … >>` (§G.3 of RFC 8610). */
function diagnostic(payload: Uint8Array, { ed25519, lms }: Signatures, information: CaInformation): string {
	const { generation, certificate, nextAddress, mirrors, leafNotBefore, revokes, follows } = information;
	const entries = [
		`1: ${generation},`,
		`2: h'${wrapped(certificate)}',`,
		`3: ${mirrors ? JSON.stringify([nextAddress, ...mirrors]) : JSON.stringify(nextAddress)},`,
		...(leafNotBefore === undefined ? [] : [`4: ${leafNotBefore},`]),
		...(revokes ? ["5: true,"] : []),
		...(follows === undefined ? [] : [`6: ${follows},`]),
	];
	const known = payload[0] === 0xa0 + entries.length;
	const signature = (bytes: Uint8Array) => `h'${wrapped(bytes)}'`;
	return [
		lms ? "98([" : "18([",
		lms ? "   h''," : "   << {1: -19} >>,",
		"   {},",
		"   << {",
		...entries.map(entry => `      ${entry}`),
		...(known ? [] : ["      / and entries with negative keys, which devices ignore /"]),
		"   } >>,",
		...(lms
			? [`   [[<< {1: -19} >>, {}, ${signature(ed25519)}],`, `    [<< {1: -46} >>, {}, ${signature(lms)}]]`]
			: [`   ${signature(ed25519)}`]),
		"])",
	].join("\n");
}

function wrapped(bytes: Uint8Array) {
	return Buffer.from(bytes)
		.toString("hex")
		.replace(/.{64}(?=.)/g, "$&\n         ");
}
