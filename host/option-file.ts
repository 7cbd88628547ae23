import { readFileSync } from "node:fs";
import { OperatorError } from "./operator-error.js";

/** The content of a file that an option names. Throws OperatorError with both. */
export function readOptionFile(option: string, file: string): Buffer {
	try {
		return readFileSync(file);
	} catch (error) {
		throw new OperatorError(
			`${option} ${file}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message}`,
		);
	}
}
