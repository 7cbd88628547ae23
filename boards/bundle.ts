// Bundles an entry point for an engine and a kernel (platforms.ts has a board's): which modules answer `crypto/kernel`
// and `bytes`, and on XS `uvu`.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { build, type Plugin, transform } from "esbuild";
import { builds, root } from "./places.js";

export { root };

/** Where `npm run setup:vectors` puts the public test vectors (data only, not part of this repository). */
export const gatheredVectors = join(builds, "vectors");
/** Where they are looked for; for each file the first folder that has it counts. */
export const vectorFolders = [process.env.BATON_VECTORS, gatheredVectors, "../shared/vectors"].flatMap(folder =>
	folder ? [resolve(root, folder)] : [],
);

export type Kernel = "typescript" | "c";
export type Engine = "xs" | "node";

export interface BundleOptions {
	entry: string; // path from the root
	outfile: string;
	write?: boolean; // default true; false only tells what would be written
	engine: Engine;
	kernel?: Kernel; // default typescript
	without?: readonly string[]; // modules of firmware/crypto to leave out, such as `p256`; default none
	minify?: boolean; // default false
	target?: string; // of the language; default es2022
	alias?: Record<string, string>; // a package's name: what is taken instead
	define?: Record<string, string>; // an identifier: the expression that it stands for
	sourceMap?: boolean | "inline"; // default false; true writes one beside the bundle, as FILE.map
	plugins?: Plugin[]; // before the ones of the engine
}

/** Writes one file: a script for XS, an ES module for Node. */
export async function bundle({
	entry,
	outfile,
	write = true,
	engine,
	kernel = "typescript",
	without = [],
	minify = false,
	target = "es2022",
	alias,
	define,
	sourceMap = false,
	plugins = [],
}: BundleOptions) {
	const { metafile } = await build({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile,
		write,
		alias,
		define,
		sourcemap: sourceMap === true ? "external" : sourceMap,
		sourcesContent: false,
		bundle: true,
		format: engine === "xs" ? "iife" : "esm",
		platform: engine === "xs" ? "neutral" : "node",
		target, // es2020 would turn private fields into WeakMaps, which cost memory
		mainFields: ["module", "main"],
		conditions: ["import", "module", "default"],
		external: engine === "node" ? ["uvu", "uvu/assert", "@noble/*", "cbor-x", "@peculiar/x509", "esbuild"] : [],
		plugins: [
			...plugins,
			kernelAlias(kernel, without),
			testVectors,
			...(engine === "xs" ? [testFramework, boundNatives] : []),
		],
		metafile: true,
		minify,
		logLevel: "silent", // an error is thrown with its message,
	});
	return metafile;
}

/**
 * Bundles into `build/bundles` under a name that its content decides, and gives that file's path. Running programs
 * keep their file while a changed one is built beside it, and two builds at once cannot disturb each other.
 */
export async function bundleOnce(options: Omit<BundleOptions, "outfile">): Promise<string> {
	const folder = join(builds, "bundles");
	mkdirSync(folder, { recursive: true });
	const scratch = mkdtempSync(join(dirname(folder), ".bundle-")); // as deep: source maps lead to the same files
	try {
		const extension = options.engine === "xs" ? "js" : "mjs";
		const outfile = join(scratch, `bundle.${extension}`);
		await bundle({ ...options, outfile });
		const digest = createHash("sha256").update(readFileSync(outfile)).digest("hex").slice(0, 16);
		const stem = options.entry.replace(/\.ts$/, "").replaceAll("/", "-");
		const file = join(folder, `${stem}-${digest}.${extension}`);
		if (options.sourceMap === true) renameSync(`${outfile}.map`, `${file}.map`);
		renameSync(outfile, file);
		forgetOld(folder, `${stem}-`);
		return file;
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

/** Bundles of the same entry that nobody has asked for in the last hour. */
function forgetOld(folder: string, prefix: string) {
	const anHourAgo = Date.now() - 3_600_000;
	for (const name of readdirSync(folder)) {
		const file = join(folder, name);
		const age = name.startsWith(prefix) && statSync(file, { throwIfNoEntry: false })?.mtimeMs;
		if (age && age < anHourAgo) rmSync(file, { force: true });
	}
}

/**
 * What stands for firmware/bytes.ts, and for a module of firmware/crypto ("Modules that a build can leave out" in
 * firmware/crypto/DESIGN.md).
 */
function kernelAlias(kernel: Kernel, without: readonly string[]): Plugin {
	const firmware = join(root, "firmware");
	const folder = join(firmware, "crypto");
	return {
		name: "kernel",
		setup({ onResolve }) {
			onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
				const file = resolve(resolveDir, path);
				if (kernel === "c" && file === join(firmware, "bytes.js")) return { path: join(firmware, "bytes/c.ts") };
				const name = basename(file, ".js");
				const absent = join(dirname(file), `no-${name}.ts`);
				if (without.includes(name) && existsSync(absent)) return { path: absent };
				if (dirname(file) !== folder) return undefined;
				const inC = join(folder, "c", `${name}.ts`);
				return kernel === "c" && existsSync(inC) ? { path: inC } : undefined;
			});
		},
	};
}

/** `import text from "vectors:cbor/appendix_a.json"`: the file's text, or undefined where the vectors are not at hand. */
const testVectors: Plugin = {
	name: "vectors",
	setup({ onResolve, onLoad }) {
		onResolve({ filter: /^vectors:/ }, ({ path }) => ({ path: path.slice("vectors:".length), namespace: "vectors" }));
		onLoad({ filter: /.*/, namespace: "vectors" }, ({ path }) => {
			const file = vectorFile(path);
			return file === undefined
				? { contents: "export default undefined", loader: "js" }
				: { contents: readFileSync(file), loader: "text" };
		});
	},
};

export function vectorFile(path: string): string | undefined {
	return vectorFolders.map(folder => join(folder, path)).find(file => existsSync(file));
}

/** On XS a small stand-in answers for uvu, with the same test files. */
const testFramework: Plugin = {
	name: "uvu",
	setup({ onResolve }) {
		onResolve({ filter: /^uvu$/ }, () => ({ path: join(root, "test/on-xs/uvu.ts") }));
		onResolve({ filter: /^uvu\/assert$/ }, () => ({ path: join(root, "test/on-xs/assert.ts") }));
	},
};

/**
 * A function that is one `native` line becomes the host function itself, bound once when its module runs. The Moddable
 * SDK does the same to that line when it links (firmware/native.d.ts); without this each call would look the name up.
 */
const boundNatives: Plugin = {
	name: "natives",
	setup({ onLoad }) {
		onLoad({ filter: /\.ts$/ }, async ({ path }) => {
			const source = readFileSync(path, "utf8");
			if (!source.includes("return native(")) return undefined;
			const { code } = await transform(source, { loader: "ts", sourcefile: path, sourcemap: "inline" });
			return { contents: bindNatives(code), loader: "js" };
		});
	},
};

/** `code`: as esbuild prints it, without types. What passes on anything but its own parameters is left as it is. */
export function bindNatives(code: string): string {
	const line = /function (\w+)\(([^()]*)\) \{\n\s*return native\("(\w+)"\)\.call\((?:this|void 0)(?:, (.*))?\);\n\}/g;
	return code.replace(line, (whole, name, parameters, native, passed = "") =>
		passed === parameters ? `const ${name} = /* @__PURE__ */ native("${native}");` : whole,
	);
}
