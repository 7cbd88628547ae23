// What every page keeps to, so that it reads well as text and in a diff: short lines, and paragraphs that can be taken in.
// A table's row has to be one line. Links are in citations.test.ts.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../boards/bundle.js";

const LINE = 120;
const PARAGRAPH = 600;

interface Paragraph {
	/** Where it begins, counted from 1. */
	line: number;
	text: string;
}

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root });
const pages = listed.toString().trim().split("\n");
const linesOf = (page: string) => readFileSync(join(root, page), "utf8").split("\n");

/** Paragraphs and list items, without headings, tables and what stands in fences. */
function paragraphs(lines: readonly string[]): Paragraph[] {
	const all: Paragraph[] = [];
	let open: Paragraph | undefined;
	let fenced = false;
	for (const [index, line] of lines.entries()) {
		const fence = /^\s*```/.test(line);
		if (fence) fenced = !fenced;
		if (fence || fenced || /^(?:\s*$|[#|])/.test(line)) {
			open = undefined;
			continue;
		}
		if (!open || /^\s*(?:[-*]|\d+\.) /.test(line)) all.push((open = { line: index + 1, text: line.trim() }));
		else open.text += ` ${line.trim()}`;
	}
	return all;
}

test(`no line of a page is longer than ${LINE} characters, but for rows of tables`, () => {
	const found = pages.flatMap(page =>
		linesOf(page).flatMap((line, index) =>
			line.startsWith("|") || [...line].length <= LINE ? [] : `${page}:${index + 1}: ${[...line].length}`,
		),
	);
	assert.equal(found, []);
});

test(`no paragraph is longer than ${PARAGRAPH} characters`, () => {
	const found = pages.flatMap(page =>
		paragraphs(linesOf(page)).flatMap(({ line, text }) =>
			text.length <= PARAGRAPH ? [] : `${page}:${line}: ${text.length}`,
		),
	);
	assert.equal(found, []);
});

test("paragraphs are told apart", () => {
	const lines = ["# a", "one", "goes on", "", "- two", "  goes on", "- three", "```", "code", "```", "| row |", "four"];
	assert.equal(paragraphs(lines), [
		{ line: 2, text: "one goes on" },
		{ line: 5, text: "- two goes on" },
		{ line: 7, text: "- three" },
		{ line: 12, text: "four" },
	]);
});

test.run();
