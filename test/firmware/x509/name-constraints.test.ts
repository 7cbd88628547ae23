import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { DerReader } from "../../../firmware/x509/der.js";
import { checkNameConstraints, readNameConstraints } from "../../../firmware/x509/name-constraints.js";
import { refusedAs } from "../../refusal.js";

function element(tag: number, ...content: (readonly number[])[]): number[] {
	const body = content.flat(),
		{ length } = body;
	const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return [tag, ...head, ...body];
}
function ascii(text: string): number[] {
	return [...text].map(character => character.charCodeAt(0));
}
function dns(name: string): number[] {
	return element(0x82, ascii(name));
}
function ip(...bytes: number[]): number[] {
	return element(0x87, bytes);
}
function email(address: string): number[] {
	return element(0x81, ascii(address));
}
function rdn(type: number, value: string): number[] {
	return element(0x31, element(0x30, [6, 3, 0x55, 4, type], element(0x0c, ascii(value))));
}
function directoryName(...rdns: number[][]): number[] {
	return element(0xa4, element(0x30, ...rdns));
}

const NOBODY = Uint8Array.of(0x30, 0);
function constraints({ permitted = [], excluded = [] }: { permitted?: number[][]; excluded?: number[][] }) {
	const trees = (tag: number, bases: number[][]) =>
		bases.length > 0 ? element(tag, ...bases.map(base => element(0x30, base))) : [];
	return Uint8Array.from(element(0x30, trees(0xa0, permitted), trees(0xa1, excluded)));
}
function check(bounds: Parameters<typeof constraints>[0], names: number[][], subject = NOBODY): boolean {
	const der = constraints(bounds);
	assert.is(readNameConstraints(new DerReader(der)).length, der.length);
	const alternativeNames = names.length > 0 ? Uint8Array.from(element(0x30, ...names)) : undefined;
	try {
		checkNameConstraints(der, subject, alternativeNames);
		return true;
	} catch (error) {
		assert.is((error as CertificateError).reason, "name not permitted");
		return false;
	}
}

test("a domain permits itself and what has more labels to its left", () => {
	const permitted = [dns("plant.example")];
	for (const name of [
		"plant.example",
		"pump.plant.example",
		"a.b.plant.example",
		"PUMP.Plant.Example",
		"*.plant.example",
	])
		assert.ok(check({ permitted }, [dns(name)]), name);
	for (const name of ["example", "otherplant.example", "plant.example.net", "*.example", ""])
		assert.not(check({ permitted }, [dns(name)]), name);
});

test("a domain with a leading dot permits only what has more labels", () => {
	const permitted = [dns(".plant.example")];
	assert.ok(check({ permitted }, [dns("pump.plant.example")]));
	assert.not(check({ permitted }, [dns("plant.example")]));
});

test("an empty domain stands for every name", () => {
	assert.ok(check({ permitted: [dns("")] }, [dns("plant.example")]));
	assert.not(check({ excluded: [dns("")] }, [dns("plant.example")]));
});

test("one of several permitted domains is enough, and every name needs one", () => {
	const permitted = [dns("a.example"), dns("b.example")];
	assert.ok(check({ permitted }, [dns("b.example"), dns("x.a.example")]));
	assert.not(check({ permitted }, [dns("b.example"), dns("c.example")]));
});

test("what is excluded is refused, whatever is permitted", () => {
	const bounds = { permitted: [dns("example")], excluded: [dns("secret.example")] };
	assert.ok(check(bounds, [dns("plant.example")]));
	assert.not(check(bounds, [dns("secret.example")]));
	assert.not(check(bounds, [dns("a.secret.example")]));
	assert.not(check(bounds, [dns("*.example")])); // it may stand for secret.example
});

test("an address lies under an address and its mask, of its own length", () => {
	const permitted = [ip(10, 1, 0, 0, 255, 255, 0, 0)];
	assert.ok(check({ permitted }, [ip(10, 1, 2, 3)]));
	assert.not(check({ permitted }, [ip(10, 2, 2, 3)]));
	assert.not(check({ permitted }, [ip(...Array(16).fill(10))]));
	const six = [ip(...Array(16).fill(1), ...Array(8).fill(255), ...Array(8).fill(0))];
	assert.ok(check({ permitted: six }, [ip(...Array(8).fill(1), ...Array(8).fill(2))]));
	assert.not(check({ permitted: six }, [ip(10, 1, 2, 3)]));
	assert.not(check({ excluded: [ip(0, 0, 0, 0, 0, 0, 0, 0)] }, [ip(10, 1, 2, 3)]));
});

test("a directory name lies under its first relative names, of subject and alternative names", () => {
	const [country, plant, other] = [rdn(6, "DE"), rdn(10, "plant"), rdn(10, "other")];
	const permitted = [directoryName(country, plant)];
	const subject = (...rdns: number[][]) => Uint8Array.from(element(0x30, ...rdns));
	assert.ok(check({ permitted }, [dns("a.example")], subject(country, plant, rdn(3, "pump"))));
	assert.ok(check({ permitted }, [dns("a.example")])); // an empty subject is no name
	assert.not(check({ permitted }, [], subject(country, other)));
	assert.not(check({ permitted }, [], subject(country)));
	assert.not(check({ permitted }, [directoryName(country, other)]));
	assert.not(check({ excluded: permitted }, [], subject(country, plant)));
});

test("a form that nothing below has constrains nothing", () => {
	assert.ok(check({ permitted: [dns("a.example")] }, [ip(10, 0, 0, 1)]));
	assert.ok(
		check({ permitted: [email("a.example")], excluded: [element(0x86, ascii("b.example"))] }, [dns("c.example")]),
	);
});

test("a form that cannot be judged refuses the certificate that has it", () => {
	const der = constraints({ permitted: [email("a.example")] });
	const names = Uint8Array.from(element(0x30, dns("c.example"), email("x@a.example")));
	refusedAs(CertificateError, "unsupported constraints", () => checkNameConstraints(der, NOBODY, names));
});

test("no truncated and no empty constraints are read", () => {
	const whole = constraints({ permitted: [dns("a.example")], excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] });
	for (let length = 0; length < whole.length; length++)
		assert.throws(
			() => readNameConstraints(new DerReader(whole.slice(0, length))),
			(error: unknown) => error instanceof CertificateError,
		);
	for (const empty of [[0x30, 0], element(0x30, element(0xa0)), element(0x30, element(0xa1))])
		refusedAs(CertificateError, "bad extension", () => readNameConstraints(new DerReader(Uint8Array.from(empty))));
	const noMask = constraints({ permitted: [ip(10, 1, 0, 0)] });
	refusedAs(CertificateError, "bad extension", () => readNameConstraints(new DerReader(noMask)));
});

test("a certificate without names breaks no bound on them", () => {
	assert.ok(check({ permitted: [dns("plant.example")] }, []));
});

test("a minimum of 0 says nothing, and any other cannot be judged", () => {
	const permitted = [[...dns("plant.example"), 0x80, 1, 0]];
	assert.ok(check({ permitted }, [dns("pump.plant.example")]));
	assert.not(check({ permitted }, [dns("other.example")]));
	refusedAs(CertificateError, "unsupported constraints", () =>
		readNameConstraints(new DerReader(constraints({ permitted: [[...dns("plant.example"), 0x80, 1, 1]] }))),
	);
});

test("names are compared with constraints 16,384 times at most: many against many is an attack", () => {
	const bounds = constraints({ permitted: Array.from({ length: 128 }, () => dns("a")) });
	const names = (count: number) => Uint8Array.from(element(0x30, ...Array.from({ length: count }, () => dns("b.a"))));
	checkNameConstraints(bounds, NOBODY, names(128));
	refusedAs(CertificateError, "unsupported constraints", () => checkNameConstraints(bounds, NOBODY, names(129)));
});

test("an address in a constraint has its mask: 8 bytes, or 32 (RFC 5280 §4.2.1.10)", () => {
	const read = (length: number) => {
		const bounds = constraints({ permitted: [ip(...Array<number>(length).fill(0))] });
		return readNameConstraints(new DerReader(bounds));
	};
	for (const length of [8, 32]) read(length);
	for (const length of [0, 4, 7, 9, 16, 33]) refusedAs(CertificateError, "bad extension", () => read(length));
});

test.run();
