// The bench's tables for people.

import type { KernelFigures } from "./kernel-rv32/measure.js";
import type { Figures } from "./run.js";

/** One of the project's targets, or a figure beside them. With × more is better, otherwise less. */
export interface Target {
	what: string;
	value: number | undefined; // undefined: could not be measured here
	must?: number;
	aim?: number;
	unit: "×" | " KB" | " k";
}

export function operationTable(name: string, operation: Record<string, Figures>): string {
	const head = [name, "ms", "in MB", "ratio", "ms on Node", "chunks", "slots", "least heap", "bytecode", "rv32imc"];
	const rows = Object.entries(operation).map(([implementation, f]) => [
		implementation, milliseconds(f.ms), f.nodeMs === undefined && f.chunks === undefined ? "" : String(f.heapMB ?? 1), f.ratio === undefined ? "" : f.ratio.toFixed(f.ratio < 0.1 ? 3 : 2), milliseconds(f.nodeMs),
		kilobytes(f.chunks), kilobytes(f.slots), kilobytes(f.heapBytes), kilobytes(f.bytecodeBytes), thousands(f.instructions),
	]);
	return table([head, ...rows]);
}

export function kernelTable({ compiler, flags, operations, code, text, tables }: KernelFigures): string {
	const counts = Object.entries(operations).map(([name, { instructions, stackBytes }]) =>
		[name, instructions.toLocaleString("en"), stackBytes.toLocaleString("en")]);
	const sizes = Object.entries(code).map(([file, size]) => [file, size.text.toLocaleString("en"), size.tables.toLocaleString("en")]);
	return [
		`the C kernel on rv32imc: ${compiler}, ${flags}\n`,
		table([["operation", "instructions", "stack bytes"], ...counts]),
		table([["file", "code bytes", "tables"], ...sizes, ["total", text.toLocaleString("en"), tables.toLocaleString("en")]]),
	].join("\n");
}

export function targetTable(targets: Target[]): string {
	const rows = targets.map(({ what, value, must, aim, unit }) => {
		const least = unit === "×";
		const reached = (goal: number) => value !== undefined && (least ? value >= goal : value <= goal);
		const bound = (goal: number | undefined) => (goal === undefined ? "" : `${least ? "≥" : "≤"} ${goal.toLocaleString("en")}${unit}`);
		const verdict = value === undefined ? "not measured" : must === undefined || aim === undefined ? ""
			: reached(aim) ? "aim reached" : reached(must) ? "must reached" : "MISSED";
		return [what, value === undefined ? "" : `${value.toFixed(1)}${unit}`, bound(must), bound(aim), verdict];
	});
	return table([["target", "measured", "must", "aim", ""], ...rows]);
}

function milliseconds(ms: number | undefined): string {
	return ms === undefined ? "" : ms.toPrecision(3);
}

function kilobytes(bytes: number | undefined): string {
	return bytes === undefined ? "" : `${(bytes / 1024).toFixed(1)} KB`;
}

function thousands(n: number | undefined): string {
	return n === undefined ? "" : `${(n / 1000).toFixed(1)} k`;
}

/** The first column to the left, the others to the right. */
function table(rows: string[][]): string {
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
	const lines = rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "));
	return `${[lines[0], "─".repeat(lines[0]!.length), ...lines.slice(1)].join("\n")}\n`;
}
