// What pages and comments point at is there: files, headings, numbered sections; and no page outside this repository.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../boards/bundle.js";

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
const files = listed.toString().trim().split("\n");
const folders = new Set(files.flatMap(file => above(file)));
const pages = files.filter(file => file.endsWith(".md"));
const sources = files.filter(file => /\.(c|h|js|sh|ts|toml|yml)$/.test(file) || file === ".ci/run");
const texts = new Map([...pages, ...sources].map(file => [file, readFileSync(join(root, file), "utf8")]));

/** The folders that `file` lies in, and the root, ".". */
function above(file: string): string[] {
	const folder = dirname(file);
	return folder === "." ? ["."] : [folder, ...above(folder)];
}

/** Beside the file that names it, from the root, or by a name that only one page has. */
function pageNamed(name: string, by: string): string | undefined {
	const found = [normalize(join(dirname(by), name)), normalize(name)].find(page => pages.includes(page));
	const namesakes = pages.filter(page => basename(page) === name);
	return found ?? (namesakes.length === 1 ? namesakes[0] : undefined);
}

/** Without what stands in fences. */
function headings(page: string): string[] {
	const text = texts.get(page)!.replace(/^```.*?^```/gms, "");
	return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
}

/** The headings of section `number`, its own the first; undefined if there is no such section. */
function titlesOf(number: string, page: string): string[] | undefined {
	const all = headings(page);
	const first = all.findIndex(heading => heading.startsWith(`${number}. `));
	if (first < 0) return undefined;
	const length = all.slice(first + 1).findIndex(heading => /^\d+\. /.test(heading));
	return length < 0 ? all.slice(first) : all.slice(first, first + 1 + length);
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
	return heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N} _-]/gu, "")
		.replaceAll(" ", "-");
}

function broken(of: readonly string[], find: (file: string, text: string) => Iterable<string>): string[] {
	return of.flatMap(file => [...find(file, texts.get(file)!)].map(what => `${file}: ${what}`));
}

test("every link in Markdown leads to a file, a folder or a heading of this repository", () => {
	const found = broken(pages, function* (page, text) {
		for (const [, link] of text.matchAll(/\]\(([^()\s]+)\)/g)) {
			if (/^[a-z]+:/.test(link)) continue;
			const [path, fragment] = link.split("#");
			const target = path === "" ? page : normalize(join(dirname(page), path)).replace(/\/$/, "");
			if (!files.includes(target) && !folders.has(target)) yield `${link}: no such file`;
			else if (fragment !== undefined && !headings(target).map(anchor).includes(fragment))
				yield `${link}: no such heading`;
		}
	});
	assert.equal(found, []);
});

test("every page that a source names is there, and no other could be meant", () => {
	const found = broken(sources, function* (source, text) {
		for (const [name] of text.matchAll(/(?<![\w./-])[\w./-]+\.md\b/g)) if (!pageNamed(name, source)) yield name;
	});
	assert.equal(found, []);
});

test("every section of a page that is cited is there", () => {
	let count = 0;
	const found = broken([...texts.keys()], function* (file, text) {
		for (const [citation, name, section, title] of text.matchAll(
			/(?<![\w./-])([\w./-]+\.md)(?:\]\([^)]*\))? §(\d+)(?:, "([^"]+)")?/g,
		)) {
			count++;
			const page = pageNamed(name, file);
			const titles = page === undefined ? undefined : titlesOf(section, page);
			if (!titles || (title !== undefined && !titles.includes(title))) yield citation;
		}
	});
	assert.equal(found, []);
	assert.ok(count > 8, `${count} citations`);
});

test("TLS 1.3 is cited by RFC 9846 and its section numbers, not by those of its predecessor", () => {
	const old = new RegExp("RFC ?" + "8446", "g");
	// How many sections there are below these; none below those that are not named here. Enough to tell the two apart.
	const sections: Record<string, number> = { 4: 7, 4.2: 4, 4.3: 11, "4.3.8": 2, 4.4: 2, 4.5: 3, "4.5.1": 3, 4.7: 3 };
	let count = 0;
	const found = broken([...texts.keys()], function* (_, text) {
		for (const [citation] of text.matchAll(old)) yield citation;
		for (const [citation, section] of text.matchAll(/RFC 9846 §(4\.[\d.]*\d)/g)) {
			count++;
			const [, above, last] = /^(.*)\.(\d+)$/.exec(section)!;
			if (!(Number(last) <= sections[above])) yield citation;
		}
	});
	assert.equal(found, []);
	assert.ok(count > 50, `${count} citations`);
});

test("every module that the map of the architecture names is there", () => {
	const picture = readFileSync(join(root, "docs/modules.svg"), "utf8");
	const names = [...picture.matchAll(/>([^<>]+)<\/text>/g)].flatMap(
		([, text]) => text.match(/^[\w/-]+(?:\.ts|\/)(?=$|,)|[\w-]+\.ts$/g) ?? [],
	);
	assert.ok(names.length > 10, names.join());
	const absent = names.filter(
		name => ![name, `firmware/${name}`].some(path => files.includes(path) || folders.has(path.replace(/\/$/, ""))),
	);
	assert.equal(absent, []);
});

test("no page is cited that is not in this repository", () => {
	const outside = /\b[Dd]esign §/; // which design?
	assert.equal(
		broken([...texts.keys()], (_, text) => outside.exec(text) ?? []),
		[],
	);
});

test.run();
