// Name constraints (RFC 5280 §4.2.1.10) against a judge of our own, which shares no code with the firmware: it takes DER
// apart by itself, and thinks in labels and bits where the firmware thinks in text and masks.

import { CertificateError } from "../firmware/x509/certificate-error.js";
import { DerReader } from "../firmware/x509/der.js";
import { checkNameConstraints, readNameConstraints } from "../firmware/x509/name-constraints.js";
import type { Dice } from "../test/dice.js";
import * as make from "../test/host/tls/certificate-maker.js";

const DNS = 0x82,
	ADDRESS = 0x87,
	DIRECTORY = 0xa4;

/** An input: constraints, subject, alternative names, each behind its length in two bytes. */
export function pack(constraints: Uint8Array, subject: Uint8Array, names: Uint8Array): Uint8Array {
	const parts = [constraints, subject, names].flatMap(part => [Buffer.of(part.length >> 8, part.length & 255), part]);
	return new Uint8Array(Buffer.concat(parts));
}

/** Throws if the firmware and the judge disagree. */
export function judge(input: Uint8Array): void {
	const [constraints, subject, names] = unpack(Buffer.from(input));
	let verdict = "permitted";
	try {
		const der = new DerReader(constraints);
		readNameConstraints(der);
		if (!der.atEnd) return;
		checkNameConstraints(constraints, subject, names.length > 0 ? names : undefined);
	} catch (error) {
		if (!(error instanceof CertificateError)) throw error;
		verdict = error.reason;
	}
	if (verdict !== "permitted" && verdict !== "name not permitted") return; // of a form that is refused
	let ours: string;
	try {
		ours = judgeByOurselves(constraints, subject, names) ? "permitted" : "name not permitted";
	} catch (error) {
		if (error instanceof MalformedError) return; // names that no certificate has been read with
		throw error;
	}
	if (ours !== verdict) throw new Error(`${verdict}, but it is ${ours}`);
}

function unpack(input: Buffer): Buffer[] {
	const parts: Buffer[] = [];
	for (let offset = 0; parts.length < 3; ) {
		const length = offset + 2 <= input.length ? input.readUInt16BE(offset) : 0;
		parts.push(input.subarray(offset + 2, offset + 2 + length));
		offset += 2 + length;
	}
	return parts;
}

interface Element {
	tag: number;
	whole: Buffer;
	content: Buffer;
}

class MalformedError extends Error {}

/** The elements of `bytes`. Throws MalformedError. */
function elements(bytes: Buffer): Element[] {
	const list: Element[] = [];
	for (let offset = 0; offset < bytes.length; ) {
		const long = bytes[offset + 1] >= 0x80 ? bytes[offset + 1] & 0x7f : 0;
		const start = offset + 2 + long;
		if (long > 2 || start > bytes.length) throw new MalformedError();
		const length = long ? bytes.readUIntBE(offset + 2, long) : bytes[offset + 1];
		const end = start + length;
		if (end > bytes.length) throw new MalformedError();
		list.push({ tag: bytes[offset], whole: bytes.subarray(offset, end), content: bytes.subarray(start, end) });
		offset = end;
	}
	return list;
}

/** The first one of them. */
function first(bytes: Buffer): Element {
	const [element] = elements(bytes);
	if (!element) throw new MalformedError();
	return element;
}

function judgeByOurselves(constraints: Buffer, subject: Buffer, names: Buffer): boolean {
	const { content } = first(constraints);
	const trees = (tag: number) =>
		elements(content)
			.filter(part => part.tag === tag)
			.flatMap(part => elements(part.content).map(tree => first(tree.content)));
	const [permitted, excluded] = [trees(0xa0), trees(0xa1)];
	const all = names.length > 0 ? elements(first(names).content) : [];
	if (subject.length > 2) all.push({ tag: DIRECTORY, whole: subject, content: subject });
	return all.every(name => {
		const ofForm = (list: Element[]) => list.filter(({ tag }) => tag === name.tag);
		const mayBe = ofForm(permitted);
		if (mayBe.length > 0 && !mayBe.some(base => lies(name, base))) return false;
		return !ofForm(excluded).some(base => lies(name, base) || couldLie(name, base));
	});
}

function lies({ tag, content: name }: Element, { content: base }: Element): boolean {
	if (tag === DNS) return isBelow(labels(name), base);
	if (tag === ADDRESS) {
		const bits = (bytes: Buffer) => [...bytes].flatMap(byte => [...byte.toString(2).padStart(8, "0")]);
		if (base.length !== 2 * name.length) return false;
		const [wanted, mask] = [bits(base.subarray(0, name.length)), bits(base.subarray(name.length))];
		return bits(name).every((bit, i) => mask[i] === "0" || bit === wanted[i]);
	}
	const relatives = (bytes: Buffer) => elements(first(bytes).content).map(({ whole }) => whole.toString("hex"));
	const [these, those] = [relatives(name), relatives(base)];
	return those.every((relative, i) => relative === these[i]);
}

/** A wildcard stands for every name of one label more. */
function couldLie({ tag, content: name }: Element, { content: base }: Element): boolean {
	if (tag !== DNS) return false;
	const [label, ...rest] = labels(name);
	const wanted = labels(base);
	return label === "*" && rest.length > 0 && wanted.length > rest.length && endsWith(wanted, rest);
}

/** Names with an empty label are none of a host: what is said of them does not matter. */
function labels(name: Buffer): string[] {
	const list = name.toString("latin1").toLowerCase().split(".");
	if (list.includes("", 1)) throw new MalformedError();
	return list;
}

/** `.example`, as many write it, is above what has more labels than `example`. */
function isBelow(name: string[], base: Buffer): boolean {
	if (base.length === 0) return true;
	const [label, ...rest] = labels(base);
	if (label === "" && rest.length > 0) return name.length > rest.length && endsWith(name, rest);
	return endsWith(name, [label, ...rest]);
}

function endsWith(list: string[], end: string[]): boolean {
	return list.length >= end.length && end.every((label, i) => list[list.length - end.length + i] === label);
}

const words = ["example", "plant", "Plant", "pump", "*", "x", ""];

export function generate(dice: Dice): Uint8Array {
	const pick = <T>(list: readonly T[]): T => list[dice.below(list.length)];
	const some = <T>(most: number, one: () => T): T[] => Array.from({ length: dice.below(most + 1) }, one);
	const domain = () => make.dns(some(4, () => pick(words)).join("."));
	const directory = () => {
		const name = some(3, () =>
			make.der(0x31, make.sequence(make.oid(pick(["2.5.4.3", "2.5.4.10"])), make.utf8(pick(words)))),
		);
		return make.sequence(...name);
	};
	const address = (length: number) => make.ip(...Array.from({ length }, () => pick([0, 10, 192, 255, 1])));
	const base = () =>
		pick([domain, domain, () => address(8), () => address(32), () => make.der(DIRECTORY, directory())])();
	const name = () =>
		pick([domain, domain, () => address(4), () => address(16), () => make.der(DIRECTORY, directory())])();
	const trees = (tag: number) => {
		const list = some(3, () => make.sequence(base()));
		return list.length > 0 ? [make.der(tag, ...list)] : [];
	};
	const names = some(3, name);
	return pack(
		make.sequence(...trees(0xa0), ...trees(0xa1)),
		directory(),
		names.length > 0 ? make.sequence(...names) : Buffer.alloc(0),
	);
}

export const seeds: Uint8Array[] = [
	pack(
		make.sequence(
			make.der(0xa0, make.sequence(make.dns("plant.example"))),
			make.der(0xa1, make.sequence(make.dns("pump.plant.example"))),
		),
		make.name("pump"),
		make.sequence(make.dns("*.plant.example"), make.ip(10, 0, 0, 1)),
	),
	pack(
		make.sequence(make.der(0xa0, make.sequence(make.ip(10, 0, 0, 0, 255, 0, 0, 0)))),
		make.sequence(),
		make.sequence(make.ip(10, 0, 0, 1)),
	),
];
