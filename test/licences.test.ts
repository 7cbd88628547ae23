// The licences of all that Baton is built with: npm packages by the lock file, XS by the heads of its sources. A package
// with a licence that docs/licences.md does not name is a failure.

import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../boards/bundle.js";
import { engineSources } from "../boards/compile.js";

/** Each permits what Baton does with the package: use it on the host. None asks anything of whoever ships an image. */
const PERMITTED = ["0BSD", "Apache-2.0", "BSD-3-Clause", "ISC", "MIT", "MIT OR Apache-2.0", "Unlicense"];

const read = (path: string) => readFileSync(join(root, path), "utf8");
const { packages } = JSON.parse(read("package-lock.json")) as {
	packages: Record<string, { version?: string; license?: string; link?: boolean }>;
};

/** Every package of the lock file, installed on this machine or not. Links lead to the empty package of this repository. */
const locked = Object.entries(packages).filter(
	([path, { link }]) => path.includes("node_modules/") && !link && !path.endsWith("boards/simulator/unneeded"),
);

function licenceOf(path: string, written: string | undefined): string | undefined {
	const file = join(path, "package.json");
	return existsSync(join(root, file)) ? JSON.parse(read(file)).license : written;
}

test("every npm package has a licence that docs/licences.md names", () => {
	const byLicence = new Map<string, string[]>();
	for (const [path, { version, license }] of locked) {
		const licence = licenceOf(path, license) ?? "none";
		const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
		byLicence.set(licence, [...(byLicence.get(licence) ?? []), `${name} ${version}`]);
	}
	for (const [licence, names] of [...byLicence].sort())
		console.log(`\n${licence} (${names.length}): ${names.sort().join(", ")}`);
	assert.equal(
		[...byLicence].filter(([licence]) => !PERMITTED.includes(licence)),
		[],
	);
	const named = read("docs/licences.md")
		.split("\n")
		.find(line => line.startsWith("| npm packages |"))!;
	for (const licence of PERMITTED.flatMap(one => one.split(" OR "))) assert.ok(named.includes(licence), licence);
});

test("a package's licence is the one in the lock file", () => {
	for (const [path, { license }] of locked) assert.is(licenceOf(path, license), license, path);
});

test("every XS source that a board compiles is under the LGPL, version 3 or later, as NOTICE says", () => {
	const sources = engineSources();
	assert.ok(sources.length > 40, `${sources.length} sources`);
	for (const source of sources) {
		const head = readFileSync(source, "utf8")
			.slice(0, 2000)
			.replace(/\s*\n \*\s*/g, " ");
		assert.match(head, /GNU Lesser General Public License/, basename(source));
		assert.match(head, /either version 3 of the License, or \(at your option\) any later version/, basename(source));
	}
	for (const page of ["NOTICE", "README.md", "docs/licences.md"]) assert.match(read(page), /LGPL-3\.0-or-later/, page);
});

test.run();
