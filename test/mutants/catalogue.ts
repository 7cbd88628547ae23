// Which mutants there are: kinds of change by file, with the tests that should kill them, and those made by hand.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../boards/bundle.js";
import { Dice } from "../dice.js";
import { changeOf, handmade } from "./handmade.js";
import { type Change, type Kind, sitesOf } from "./sites.js";

export interface Mutant {
	name: string;
	file: string; // in firmware/
	tests: readonly string[]; // paths from the root, the likeliest first
	line: number;
	/** The text of that place, and what stands there now. */
	before: string;
	after: string;
	/** The file with the change. */
	contents: string;
}

interface Scope {
	kinds: readonly Kind[];
	tests: readonly string[];
}

const ALL: readonly Kind[] = ["guard", "step", "bound", "logic", "negate", "limit", "swap"];

/** Of what reads a peer's bytes: each refusal has a test of its own. */
const CHECK: readonly Kind[] = ["guard"];

const TEST = "test/firmware/";
const portable = (...names: string[]) => names.map(name => `${TEST}${name}.test.ts`);
const life = portable("attacks", "device");
/** A certificate's readers are tested together: what is wrong in one thing is refused by whoever comes to it. */
const certificates = (own: string) => [
	...new Set(portable(...[own, "path", "name-constraints", "ml-dsa-44", "public-key"].map(name => `x509/${name}`))),
	"test/host/tls/made-paths.test.ts",
	"test/host/tls/hostile-certificates.test.ts",
];

export const scopes: Readonly<Record<string, Scope>> = {
	"main.ts": { kinds: ALL, tests: life },
	"baton.ts": { kinds: ALL, tests: [...portable("baton"), ...life] },
	"sessions.ts": { kinds: ALL, tests: [...portable("device"), ...life] },
	"device.ts": { kinds: ALL, tests: life },
	"poller.ts": { kinds: ALL, tests: portable("poller", "device") },
	"credits.ts": { kinds: ALL, tests: portable("credits", "poller") },
	"token-bucket.ts": { kinds: ALL, tests: portable("token-bucket", "attacks") },
	"authenticator.ts": { kinds: ALL, tests: [...life, ...portable("baton")] },
	"updater.ts": { kinds: ALL, tests: [...portable("updater"), ...life] },
	"session.ts": { kinds: ["guard", "bound", "limit"], tests: portable("session") },
	"trust/trusted-ca.ts": { kinds: ALL, tests: portable("trust/trusted-ca", "attacks") },
	"trust/copy.ts": { kinds: ALL, tests: portable("trust/copy", "trust/slots") },
	"trust/slot.ts": { kinds: ALL, tests: portable("trust/slots", "attacks") },
	"trust/slots.ts": { kinds: ALL, tests: portable("trust/slots", "attacks") },
	"http.ts": { kinds: CHECK, tests: portable("http") },
	"trust/ca-information.ts": { kinds: CHECK, tests: portable("trust/ca-information", "trust/envelope", "trust/slots") },
	"url.ts": { kinds: CHECK, tests: portable("url") },
	"cbor.ts": { kinds: CHECK, tests: portable("cbor") },
	"settings.ts": { kinds: CHECK, tests: portable("settings") },
	"x509/path.ts": { kinds: CHECK, tests: certificates("path") },
	"x509/certificate.ts": { kinds: CHECK, tests: certificates("certificate") },
	"x509/name-constraints.ts": { kinds: CHECK, tests: certificates("name-constraints") },
	"x509/der.ts": { kinds: CHECK, tests: certificates("der") },
	"x509/public-key.ts": { kinds: CHECK, tests: certificates("public-key") },
	"tls/handshake.ts": {
		kinds: CHECK,
		tests: [...portable("tls/handshake"), "test/host/tls/misbehaving-server.test.ts"],
	},
	"tls/record.ts": { kinds: CHECK, tests: [...portable("tls/record"), "test/host/tls/misbehaving-server.test.ts"] },
	"tls/states.ts": {
		kinds: CHECK,
		tests: [...portable("tls/states", "tls/client"), "test/host/tls/misbehaving-server.test.ts"],
	},
	"tls/alert.ts": { kinds: CHECK, tests: [...portable("tls/alert"), "test/host/tls/misbehaving-server.test.ts"] },
};

/** Where the order of two calls is a decision; elsewhere it is often of no consequence. */
const ordered = new Set([
	"credits.ts#Credits.begin",
	"trust/copy.ts#Copy.write",
	"trust/slots.ts#Slots.repair",
	"poller.ts#Poller.#poll",
	"updater.ts#Updater.proved",
]);

/** All of them, in an order that stays. */
export function catalogue(): Mutant[] {
	const all = Object.entries(scopes).flatMap(([file, { kinds, tests }]) => {
		const source = readFileSync(join(root, "firmware", file), "utf8");
		return sitesOf(source)
			.filter(({ kind }) => kinds.includes(kind))
			.filter(({ kind, place }) => kind !== "swap" || ordered.has(`${file}#${place}`))
			.filter(({ place }) => !place.endsWith(".constructor"))
			.map(site => mutant(`${file}#${site.place}:${site.kind}:${site.index}`, file, source, site, tests));
	});
	for (const made of handmade) {
		const source = readFileSync(join(root, "firmware", made.file), "utf8");
		all.push(mutant(made.name, made.file, source, changeOf(made, source), scopes[made.file].tests));
	}
	return all;
}

/** `count` of them, which `seed` decides. */
export function sample(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
	const dice = new Dice(seed);
	const left = [...mutants];
	return Array.from({ length: Math.min(count, left.length) }, () => left.splice(dice.below(left.length), 1)[0]);
}

function mutant(
	name: string,
	file: string,
	source: string,
	{ start, end, becomes }: Change,
	tests: readonly string[],
): Mutant {
	return {
		name,
		file,
		tests,
		line: source.slice(0, start).split("\n").length,
		before: source.slice(start, end),
		after: becomes,
		contents: source.slice(0, start) + becomes + source.slice(end),
	};
}
