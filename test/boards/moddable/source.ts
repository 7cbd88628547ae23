// What the static checks read out of a TypeScript file: its imports at run time, its natives, the names that it uses.
// esbuild takes the types and comments away first, so that only what an engine would see is looked at.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { root } from "../../../boards/bundle.js";

/** The file as JavaScript, one statement a line. `file`: from the root. */
export function scriptOf(file: string): string {
	return javascript(readFileSync(join(root, file), "utf8"));
}

export function javascript(typescript: string): string {
	const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } };
	return transformSync(typescript, { loader: "ts", target: "esnext", legalComments: "none", tsconfigRaw }).code;
}

/** Specifiers of what is imported or exported from elsewhere at run time. */
export function importsOf(script: string): string[] {
	const statement = /^\s*(?:import\s*(?:[\w$*{},\s]+?\sfrom\s*)?|export\s*[\w$*{},\s]+?\sfrom\s*)"([^"]+)"/gm;
	const call = /\bimport\(\s*"([^"]+)"\s*\)/g;
	return [statement, call].flatMap(form => [...script.matchAll(form)].map(([, specifier]) => specifier));
}

export interface Native {
	name: string;
	/** It is the only statement of its function, with `this` and the function's own parameters: what XS links. */
	isLinked: boolean;
}

export function nativesOf(script: string): Native[] {
	const linked = new Set<string>();
	const form = /(?:function \w+|[\w#]+)\(([^()]*)\) \{\s*return native\("(\w+)"\)\.call\(this((?:, \w+)*)\);\s*\}/g;
	for (const [, parameters, name, passed] of script.matchAll(form))
		if (parameters.replaceAll(" ", "") === passed.slice(1).replaceAll(" ", "")) linked.add(name);
	return [...script.matchAll(/\bnative\(("(\w+)")?/g)].map(([, , name = ""]) => ({ name, isLinked: linked.has(name) }));
}

/** All names and punctuation, without what stands in strings and regular expressions. */
export function namesOf(script: string): string {
	return script
		.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
		.replace(/`[^`$]*`/g, '""')
		.replace(/(^|[=(,:[!&|?{};\n]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g, "$1/./");
}
