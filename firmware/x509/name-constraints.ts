// NameConstraints (RFC 5280 §4.2.1.10): which names an authority may vouch for. dNSName, iPAddress and directoryName are
// enforced. Of another form, a constraint is only passed over where no certificate below has a name of that form; else
// the certificate is refused, critical or not.
//
//   permitted: dNSName plant.example        leaf: pump.plant.example   permitted
//                                           leaf: plant.example.net    not permitted
//                                           leaf: 10.0.0.1             permitted: no address is constrained

import { equalBytes, latin1 } from "../bytes.js";
import { refuse } from "./certificate-error.js";
import { constructed, DerReader, primitive, SEQUENCE } from "./der.js";

/** GeneralName (§4.2.1.6): the alternatives that mean something here. */
export const DNS_NAME = primitive(2),
	DIRECTORY_NAME = constructed(4),
	IP_ADDRESS = primitive(7);

const EXCLUDED = constructed(1);
const LISTS: readonly number[] = Object.freeze([constructed(0), EXCLUDED]); // permittedSubtrees, excludedSubtrees
const MINIMUM = primitive(0);
const ZERO = new Uint8Array(1);

/** A hundred names below 160 subtrees. */
const MAXIMUM_COMPARISONS = 16_384;

/** NameConstraints as an extension holds it, whole and well-formed: its DER, as a view. */
export function readNameConstraints(der: DerReader): Uint8Array {
	const start = der.offset;
	visitSubtrees(der, () => {});
	return der.since(start);
}

/**
 * Checks the names of one certificate below an authority: its subject, and its GeneralNames if it has any. Throws
 * CertificateError "name not permitted", or "unsupported constraints" for a form that cannot be judged.
 */
export function checkNameConstraints(
	constraints: Uint8Array,
	subject: Uint8Array,
	alternativeNames: Uint8Array | undefined,
): void {
	let count = 0;
	visitSubtrees(new DerReader(constraints), () => count++);
	if (subject.length > 2) checkOne(constraints, DIRECTORY_NAME, new DerReader(subject).content(SEQUENCE));
	if (!alternativeNames) return;
	const der = new DerReader(alternativeNames);
	der.enter(SEQUENCE);
	for (let comparisons = count; !der.atEnd; comparisons += count) {
		if (comparisons > MAXIMUM_COMPARISONS) refuse("unsupported constraints");
		const { tag } = der;
		const content = der.content(tag);
		checkOne(constraints, tag, tag === DIRECTORY_NAME ? new DerReader(content).content(SEQUENCE) : content);
	}
}

/** One name of form `tag`: in no excluded subtree of that form, and in a permitted one if there is any (§6.1.3 (b), (c)). */
function checkOne(constraints: Uint8Array, tag: number, name: Uint8Array): void {
	let isConstrained = false,
		isPermitted = false;
	visitSubtrees(new DerReader(constraints), (excluded, form, base) => {
		if (form !== tag) return;
		if (excluded) {
			if (lies(tag, name, base) || (tag === DNS_NAME && mayStandFor(name, base))) refuse("name not permitted");
		} else {
			isConstrained = true;
			isPermitted ||= lies(tag, name, base);
		}
	});
	if (isConstrained && !isPermitted) refuse("name not permitted");
}

/** Whether `name` lies in the subtree of `base`. */
function lies(tag: number, name: Uint8Array, base: Uint8Array): boolean {
	switch (tag) {
		case DNS_NAME:
			return isInDomain(lower(name), lower(base));
		case IP_ADDRESS: // an address, and an address with its mask
			return (
				base.length === 2 * name.length && name.every((byte, i) => ((byte ^ base[i]) & base[name.length + i]) === 0)
			);
		case DIRECTORY_NAME: // both are whole RDNs, so a prefix in bytes is one in RDNs
			return base.length <= name.length && equalBytes(name.subarray(0, base.length), base);
		default:
			return refuse("unsupported constraints");
	}
}

/** `plant.example` holds itself and what has more labels to its left; `.plant.example`, as many write it, only these. */
function isInDomain(name: string, base: string): boolean {
	if (base === "" || name === base) return true;
	return name.endsWith(base.startsWith(".") ? base : `.${base}`);
}

/** `*.plant.example` may stand for `pump.plant.example`, which is excluded: so is the wildcard. */
function mayStandFor(name: Uint8Array, base: Uint8Array): boolean {
	const presented = lower(name);
	return presented.startsWith("*.") && isInDomain(lower(base), presented.slice(2));
}

function lower(bytes: Uint8Array): string {
	return latin1(bytes).toLowerCase();
}

type Visit = (excluded: boolean, form: number, base: Uint8Array) => void;

/** The GeneralSubtrees, each list with one at least; the minimum is 0 and the maximum absent, in this profile. */
function visitSubtrees(der: DerReader, visit: Visit): void {
	const outer = der.enterList(SEQUENCE); // one of both lists has to be there
	for (const list of LISTS) {
		if (!der.at(list)) continue;
		const trees = der.enterList(list);
		while (!der.atEnd) {
			const subtree = der.enter(SEQUENCE);
			const form = der.tag;
			let base = der.content(form);
			if (form === DIRECTORY_NAME) base = new DerReader(base).content(SEQUENCE);
			if (form === IP_ADDRESS && base.length !== 8 && base.length !== 32) refuse("bad extension");
			const isZero = !der.at(MINIMUM) || equalBytes(der.content(MINIMUM), ZERO);
			if (!isZero || !der.atEnd) refuse("unsupported constraints");
			der.leave(subtree);
			visit(list === EXCLUDED, form, base);
		}
		der.leave(trees);
	}
	der.leave(outer);
}
