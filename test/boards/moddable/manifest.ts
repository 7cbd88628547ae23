// What the Moddable SDK's mcconfig would make of a manifest of ours, as far as the static checks need it: our own
// includes are followed, globs are expanded (they do not recurse), the platform is chosen as mcconfig chooses it. What
// begins with `$(` is the SDK's, and only its name is kept.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { root } from "../../../boards/bundle.js";

export const platforms = ["esp32", "esp32/esp32c3", "esp32/esp32c3_cdc", "lin"] as const;
export type Platform = (typeof platforms)[number];

export interface Project {
	/** Our modules: specifier → file, from the root. */
	modules: Map<string, string>;
	/** Specifiers of the SDK's modules, as far as our manifests name them. */
	sdkModules: Set<string>;
	/** What of the SDK's our manifests exclude. */
	excluded: Set<string>;
	/** Our C files, from the root. */
	sources: string[];
	preload: string[];
	/** Our partition table, from the root. */
	partitions?: string;
	creation: {
		static?: number;
		chunk?: { initial?: number };
		heap?: { initial?: number };
		stack?: number;
		nativeStack?: number;
	};
	/** Everything that is wrong with the manifests themselves. */
	faults: string[];
}

interface Manifest {
	build?: Record<string, string>;
	include?: string | string[];
	modules?: Record<string, string | string[]>;
	preload?: string | string[];
	creation?: Project["creation"];
	platforms?: Record<string, Manifest & { error?: string }>;
	error?: string;
}

/** Keys that mcconfig knows and we use; a misspelt one would be ignored. */
const known = [
	"//",
	"build",
	"include",
	"modules",
	"preload",
	"creation",
	"platforms",
	"typescript",
	"config",
	"dependency",
	"error",
];

export function readProject(manifest: string, platform: Platform): Project {
	const project: Project = {
		modules: new Map(),
		sdkModules: new Set(),
		excluded: new Set(),
		sources: [],
		preload: [],
		creation: {},
		faults: [],
	};
	// As with mcconfig, what any manifest excludes is out, wherever it is named; of two files for a module the first one is
	// taken, and what is included comes first.
	const excluded = new Set<string>();
	const read = new Set<string>();
	let merge = exclude;
	include(manifest);
	read.clear();
	merge = add;
	include(manifest);
	return project;

	function include(file: string): void {
		if (read.has(file)) return;
		read.add(file);
		if (!existsSync(join(root, file))) {
			if (merge === add) project.faults.push(`${file}: no such manifest`);
			return;
		}
		merge(file, JSON.parse(readFileSync(join(root, file), "utf8")));
	}

	function exclude(file: string, part: Manifest): void {
		for (const path of list(part.include)) if (!isSDK(path)) include(join(dirname(file), path));
		for (const path of list(part.modules?.["~"])) {
			if (isSDK(path)) project.excluded.add(path);
			else for (const match of expand(dirname(file), path)) excluded.add(match);
		}
		if (part.platforms) exclude(file, choose(part.platforms));
	}

	function add(file: string, part: Manifest): void {
		const folder = dirname(file);
		for (const key of Object.keys(part)) if (!known.includes(key)) project.faults.push(`${file}: unknown key ${key}`);
		if (part.error) project.faults.push(`${file}: ${part.error}`);
		for (const path of list(part.include)) if (!isSDK(path)) include(join(folder, path));
		for (const [target, paths] of Object.entries(part.modules ?? {})) {
			if (target === "~") continue;
			for (const path of list(paths)) addModules(file, target, path);
		}
		project.preload.push(...list(part.preload));
		Object.assign(project.creation, part.creation);
		const partitions = part.build?.PARTITIONS_FILE;
		if (partitions) project.partitions = join(folder, partitions);
		if (part.platforms) add(file, choose(part.platforms));
	}

	function addModules(file: string, target: string, path: string): void {
		if (isSDK(path)) {
			if (target !== "*") project.sdkModules.add(target);
			return;
		}
		const matches = expand(dirname(file), path);
		if (matches.length === 0) project.faults.push(`${file}: nothing matches ${path}`);
		for (const match of matches) {
			if (excluded.has(match)) continue;
			if (match.endsWith(".c")) {
				if (!project.sources.includes(match)) project.sources.push(match);
			} else if (match.endsWith(".ts") && !match.endsWith(".d.ts")) {
				const specifier = target.replace("*", basename(match, ".ts"));
				if (!project.modules.has(specifier)) project.modules.set(specifier, match);
			} else if (match.endsWith(".json")) {
				project.faults.push(`${file}: ${match} would become a module`);
			}
		}
	}

	/** The most specific platform, then the family; `...` is for what nothing else matches. */
	function choose(choices: NonNullable<Manifest["platforms"]>): Manifest {
		return choices[platform] ?? choices[platform.split("/")[0]] ?? choices["..."] ?? {};
	}
}

function isSDK(path: string) {
	return path.startsWith("$(");
}
function list(value: string | string[] | undefined) {
	return value === undefined ? [] : [value].flat();
}
const extensions = [".ts", ".d.ts", ".c", ".h", ".json"];

/** The files that a path without extension, or one that ends in a star, stands for; mcconfig skips `manifest*.json`. */
function expand(folder: string, path: string): string[] {
	const whole = join(root, folder, path);
	const name = basename(whole);
	if (!existsSync(dirname(whole))) return [];
	const isMeant = (stem: string) => (name.endsWith("*") ? stem.startsWith(name.slice(0, -1)) : stem === name);
	return readdirSync(dirname(whole), { withFileTypes: true })
		.filter(entry => entry.isFile() && !/^manifest.*\.json$/.test(entry.name))
		.filter(({ name }) => extensions.some(end => name.endsWith(end) && isMeant(name.slice(0, -end.length))))
		.map(entry => relative(root, join(dirname(whole), entry.name)))
		.sort();
}
