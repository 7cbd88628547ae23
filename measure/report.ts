// The bench's tables for people.

import type { KernelFigures } from "./kernel-rv32/measure.js";

/** One implementation of one operation. */
export interface Figures {
	ms?: number; // median on XS with 1 MB of chunks, or as much more as it needs; node-crypto: on Node
	heapMB?: number; // that, where it is more
	ratio?: number; // of ms to ours in TypeScript
	nodeMs?: number; // the same program on Node
	chunks?: number; // bytes at the peak of one operation in that heap, garbage included
	slots?: number; // bytes, the same
	heapBytes?: number; // the smallest heap in which it runs, chunks and 16-byte slots, above the built-ins' own
	bytecodeBytes?: number;
	instructions?: number; // on rv32imc
}

/** One of the project's targets, or a figure beside them. With × more is better, otherwise less. */
export interface Target {
	what: string;
	value: number | undefined; // undefined: could not be measured here
	must?: number;
	aim?: number;
	unit: "×" | " KB" | " k" | " B";
}

export function operationTable(name: string, operation: Record<string, Figures>): string {
	const head = [name, "ms", "in MB", "ratio", "ms on Node", "chunks", "slots", "least heap", "bytecode", "rv32imc"];
	const rows = Object.entries(operation).map(([implementation, f]) => [
		implementation,
		milliseconds(f.ms),
		f.chunks === undefined ? "" : String(f.heapMB ?? 1),
		quotient(f.ratio),
		milliseconds(f.nodeMs),
		kilobytes(f.chunks),
		kilobytes(f.slots),
		kilobytes(f.heapBytes),
		kilobytes(f.bytecodeBytes),
		thousands(f.instructions),
	]);
	return table([head, ...rows]);
}

export function kernelTable({ compiler, flags, operations, code, text, tables, modules }: KernelFigures): string {
	const counts = Object.entries(operations).map(([name, { instructions, stackBytes }]) => [
		name,
		instructions.toLocaleString("en"),
		stackBytes.toLocaleString("en"),
	]);
	const bytes = (file: string, size: { text: number; tables: number }) => [
		file,
		size.text.toLocaleString("en"),
		size.tables.toLocaleString("en"),
	];
	const sizes = Object.entries(code).map(([file, size]) => bytes(file, size));
	return [
		`the C kernel on rv32imc: ${compiler}, ${flags}\n`,
		table([["operation", "instructions", "stack bytes"], ...counts]),
		table([["file", "code bytes", "tables"], ...sizes]),
		table([
			["linked", "code bytes", "tables"],
			bytes("without modules", { text, tables }),
			...Object.entries(modules).map(([name, size]) => bytes(`+ ${name}`, size)),
		]),
	].join("\n");
}

export function targetTable(targets: Target[]): string {
	const rows = targets.map(({ what, value, must, aim, unit }) => {
		const least = unit === "×";
		const reached = (goal: number) => value !== undefined && (least ? value >= goal : value <= goal);
		const sign = least ? "≥" : "≤";
		const bound = (goal: number | undefined) =>
			goal === undefined ? "" : `${sign} ${goal.toLocaleString("en")}${unit}`;
		const verdict =
			value === undefined
				? "not measured"
				: must === undefined || aim === undefined
					? ""
					: reached(aim)
						? "aim reached"
						: reached(must)
							? "must reached"
							: "MISSED";
		return [what, value === undefined ? "" : `${value.toFixed(1)}${unit}`, bound(must), bound(aim), verdict];
	});
	return table([["target", "measured", "must", "aim", ""], ...rows]);
}

function milliseconds(ms: number | undefined): string {
	return ms === undefined ? "" : ms.toPrecision(3);
}

function quotient(ratio: number | undefined): string {
	return ratio === undefined ? "" : ratio.toFixed(ratio < 0.1 ? 3 : 2);
}

function kilobytes(bytes: number | undefined): string {
	return bytes === undefined ? "" : `${(bytes / 1024).toFixed(1)} KB`;
}

function thousands(n: number | undefined): string {
	return n === undefined ? "" : `${(n / 1000).toFixed(1)} k`;
}

/** The first column to the left, the others to the right. */
export function table(rows: string[][]): string {
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
	const padded = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!));
	const lines = rows.map(row => row.map(padded).join("  "));
	return `${[lines[0], "─".repeat(lines[0]!.length), ...lines.slice(1)].join("\n")}\n`;
}
