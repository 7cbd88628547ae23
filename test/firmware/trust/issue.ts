// Issues CA information for tests, on every engine, well-formed or wrong in any part.

import { concatenate } from "../../../firmware/bytes.js";
import { arrayHead, byteString, textString } from "../../../firmware/cbor.js";
import { type Fleet, signatureStructure } from "../../../firmware/trust/ca-information.js";
import { fromHex } from "../../hex.js";
import { publicKeyOf, sign } from "../../reference/ed25519.js";
import { CERTIFICATE_A } from "./certificates.js";

export const FLEET_NAME = "fleet.example";
export const dlSeed = new Uint8Array(32).fill(0xd1);
export const spareSeed = new Uint8Array(32).fill(0xd2);
export const fleet: Fleet = { name: FLEET_NAME, dlKeys: [publicKeyOf(dlSeed), publicKeyOf(spareSeed)] };

export interface Content {
	generation: number;
	certificate?: Uint8Array | string; // DER, or its hexadecimal; default A
	url?: string;
	/** Further addresses. */
	mirrors?: string[];
	notBefore?: number;
	revokes?: true;
	follows?: number;
	/** Pairs after key 3, or after keys 4 to 6 where they are: encoded keys and values in hexadecimal. */
	more?: string[];
}

/** The pairs of a payload, in order. */
export function pairs({
	generation,
	certificate = CERTIFICATE_A,
	url = `https://download-${generation + 1}.fleet.example/ca-information`,
	mirrors = [],
	notBefore,
	revokes,
	follows,
	more = [],
}: Content): Uint8Array[] {
	const addresses = [url, ...mirrors].map(textString);
	if (mirrors.length > 0) addresses.unshift(arrayHead(addresses.length));
	const der = typeof certificate === "string" ? fromHex(certificate) : certificate;
	const list = [
		concatenate(Uint8Array.of(1), uint(generation)),
		concatenate(Uint8Array.of(2), byteString(der)),
		concatenate(Uint8Array.of(3), ...addresses),
	];
	if (notBefore !== undefined) list.push(concatenate(Uint8Array.of(4), uint(notBefore)));
	if (revokes) list.push(Uint8Array.of(5, 0xf5));
	if (follows !== undefined) list.push(concatenate(Uint8Array.of(6), uint(follows)));
	return [...list, ...more.map(fromHex)];
}

/** A map of up to 23 pairs. */
export function map(list: Uint8Array[]) {
	return concatenate(Uint8Array.of(0xa0 | list.length), ...list);
}

/** Signs whatever `payload` is. */
export function signed(payload: Uint8Array, { seed = dlSeed, name = FLEET_NAME } = {}): Uint8Array {
	return envelope(payload, sign(seed, signatureStructure(name, payload)));
}

export function envelope(payload: Uint8Array, signature: Uint8Array, head = "d28443a10132a0"): Uint8Array {
	return concatenate(fromHex(head), byteString(payload), byteString(signature));
}

/** A CA information that a device of `fleet` accepts, unless it is signed by another key or for another fleet. */
export function issue(content: Content, by: Parameters<typeof signed>[1] = {}): Uint8Array {
	return signed(map(pairs(content)), by);
}

/** 0 … 2^32-1. */
export function uint(value: number): Uint8Array {
	if (value < 24) return Uint8Array.of(value);
	if (value < 0x100) return Uint8Array.of(0x18, value);
	if (value < 0x10000) return Uint8Array.of(0x19, value >> 8, value & 0xff);
	return Uint8Array.of(0x1a, ...[24, 16, 8, 0].map(shift => (value >>> shift) & 0xff));
}
