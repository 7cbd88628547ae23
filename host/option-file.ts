import { closeSync, openSync, readSync } from "node:fs";
import { OperatorError } from "./operator-error.js";

/** The longest file that an option may name: keys, certificates, requests and CA information are some kilobytes. */
export const LONGEST_OPTION_FILE = 1_048_576; // bytes

/** The content of a file that an option names. Throws OperatorError with both. */
export function readOptionFile(option: string, file: string): Buffer {
	let content: Buffer;
	try {
		content = readAtMost(file, LONGEST_OPTION_FILE + 1);
	} catch (error) {
		throw new OperatorError(
			`${option} ${file}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message}`,
		);
	}
	if (content.length > LONGEST_OPTION_FILE)
		throw new OperatorError(`${option} ${file}: longer than ${LONGEST_OPTION_FILE} bytes`);
	return content;
}

/** A device file has no end, and a pipe no length. */
function readAtMost(file: string, most: number): Buffer {
	const descriptor = openSync(file, "r");
	try {
		const parts: Buffer[] = [];
		for (let left = most; left > 0; ) {
			const part = Buffer.alloc(Math.min(left, 65_536));
			const length = readSync(descriptor, part);
			if (length === 0) break;
			parts.push(part.subarray(0, length));
			left -= length;
		}
		return Buffer.concat(parts);
	} finally {
		closeSync(descriptor);
	}
}
