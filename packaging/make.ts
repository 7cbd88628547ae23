// Makes the npm package of the host: one program without dependencies, the firmware bundled for the boards `node` and
// `simulator`, and the C sources from which the simulator is compiled when it is first used. Nothing is compiled, and
// nothing of others is fetched, when it is installed.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, normalize, relative } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { type BundleOptions, bundle } from "../boards/bundle.js";
import { headersOf, sourcesOf } from "../boards/compile.js";
import { root, xs } from "../boards/places.js";
import { platforms } from "../boards/platforms.js";
import { boardHeaders, boardSources } from "../boards/xs/build.js";
import { devicesProgram } from "../rehearsal/herd/herd.js";
import { programFile } from "./programs.js";

/** Under a scope, since another package has the name `baton`. Who publishes it may choose another scope. */
export const PACKAGE = "@baton-ca/baton";

const programs: Omit<BundleOptions, "outfile">[] = [
	{ entry: platforms.node.entry, engine: "node" },
	{ entry: platforms.simulator.entry, engine: "xs" },
	devicesProgram,
];

/** Pages that a user of the host reads. */
const pages = ["host/OPERATING.md", "docs/figures.md", "docs/licences.md"];

/** Writes the package's files into `folder`, which it empties. `npm pack` makes one file of them. */
export async function makePackage(folder: string): Promise<void> {
	rmSync(folder, { recursive: true, force: true });
	const write = (path: string, content: string | Uint8Array) => {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), content);
	};
	const copy = (from: string, path: string) => {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		copyFileSync(from, join(folder, path));
	};

	const host = await bundleHost(join(folder, "bin"));
	for (const name of ["page.html", "page.css", "page.js"]) copy(join(root, "host/ui", name), `bin/${name}`);
	for (const program of programs) await bundle({ ...program, outfile: join(folder, programFile(program)) });

	const simulator = join(root, "boards/simulator");
	for (const file of [...boardSources(simulator), ...boardHeaders(simulator)]) copy(file, relative(root, file));
	for (const part of ["includes", "platforms", "sources"]) {
		const all = join(xs, part);
		for (const file of [...sourcesOf(all), ...headersOf(all)]) copy(file, `xs/${part}/${basename(file)}`);
	}

	for (const name of ["LICENSE", "NOTICE"]) copy(join(root, name), name);
	for (const name of readdirSync(join(root, "packaging/licences")))
		copy(join(root, "packaging/licences", name), `xs/${name}`);
	write("THIRD-PARTY.txt", thirdParties(host));
	// It stands a folder higher there.
	write("README.md", readFileSync(join(root, "packaging/PACKAGE.md"), "utf8").replaceAll("](../", "]("));
	for (const page of pages) copy(join(root, page), page);
	for (const page of ["README.md", ...pages]) write(page, withoutDeadLinks(folder, page));
	write("package.json", `${JSON.stringify(manifest(), null, "\t")}\n`);
}

function manifest(): object {
	const { version, description, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	return {
		name: PACKAGE,
		version,
		private: true, // until a person publishes it
		description,
		license: "Apache-2.0 AND LGPL-3.0-or-later", // the second is that of xs/
		type: "module",
		engines,
		bin: { baton: "bin/baton.js" },
	};
}

/** The `baton` program, with its parts beside it, each loaded when it is needed. */
async function bundleHost(outdir: string): Promise<Metafile> {
	const { metafile } = await build({
		absWorkingDir: root,
		entryPoints: [{ in: "host/program.ts", out: "baton" }],
		outdir,
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node20",
		// Some packages are CommonJS, and ask for Node's modules by `require`.
		banner: {
			js: 'import { createRequire as createRequireOfBaton } from "node:module"; const require = createRequireOfBaton(import.meta.url);',
		},
		external: ["cbor-extract"], // compiled, and not needed: cbor-x goes on without it
		plugins: [inPackage],
		metafile: true,
		logLevel: "silent",
	});
	const program = join(outdir, "baton.js");
	writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, "utf8")}`, { mode: 0o755 });
	return metafile;
}

/** What stands for other modules in the package. */
const inPackage: Plugin = {
	name: "in-package",
	setup({ onResolve }) {
		const stands = new Map([
			["boards/places.js", "packaging/places.ts"],
			["boards/bundle.js", "packaging/prebuilt.ts"],
		]);
		onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
			const other = stands.get(relative(root, join(resolveDir, path)));
			return other === undefined ? undefined : { path: join(root, other) };
		});
	},
};

/** The licences of all packages that are bundled, in full, as they ask for. */
function thirdParties({ inputs }: Metafile): string {
	const folders = new Set<string>();
	for (const input of Object.keys(inputs)) {
		const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
		if (found) folders.add(found[0]);
	}
	const texts = [...folders].sort().map(folder => {
		const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
		const file = readdirSync(join(root, folder)).find(one => /^licen[cs]e/i.test(one));
		if (!file) throw new Error(`${name} comes without the text of its licence`);
		return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
	});
	return `bin/ contains parts of these packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** A page whose links lead to what the package has, and are plain text where it has it not. */
function withoutDeadLinks(folder: string, page: string): string {
	return readFileSync(join(folder, page), "utf8").replace(/\[([^\]]+)\]\(([^()\s]+)\)/g, (link, text, target) => {
		if (/^[a-z]+:/.test(target)) return link;
		return existsSync(join(folder, normalize(join(dirname(page), target.split("#")[0])))) ? link : text;
	});
}
