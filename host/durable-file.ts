// Files that a crash at any instant leaves either as they were or as they shall be, never torn: written beside their
// place, flushed, and then moved there in one step. Used for everything that an operator cannot afford to lose.

import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Writes or replaces a file. */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o644): void {
	const beside = writeBeside(path, content, mode);
	try {
		renameSync(beside, path);
	} catch (error) {
		rmSync(beside, { force: true });
		throw error;
	}
	flushFolder(dirname(path));
}

/** Writes a file that must not exist yet: of two that try at once, one gets EEXIST. */
export function createFile(path: string, content: string | Uint8Array, mode = 0o644): void {
	const beside = writeBeside(path, content, mode);
	try {
		linkSync(beside, path);
	} finally {
		rmSync(beside, { force: true });
	}
	flushFolder(dirname(path));
}

/** A folder with its files, which appears whole or not at all. EEXIST or ENOTEMPTY if there is one already. */
export function createFolder(folder: string, fill: (beside: string) => void): void {
	const beside = `${folder}.${randomBytes(6).toString("hex")}.new`;
	mkdirSync(beside, { recursive: true, mode: 0o700 });
	try {
		fill(beside);
		renameSync(beside, folder);
	} catch (error) {
		rmSync(beside, { recursive: true, force: true });
		throw error;
	}
	flushFolder(dirname(folder));
}

function writeBeside(path: string, content: string | Uint8Array, mode: number): string {
	mkdirSync(dirname(path), { recursive: true });
	const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
	const bytes = Buffer.from(content as string);
	try {
		const file = openSync(beside, "wx", mode);
		try {
			for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
	} catch (error) {
		rmSync(beside, { force: true });
		throw error;
	}
	return beside;
}

function flushFolder(path: string): void {
	const folder = openSync(path, "r");
	try {
		fsyncSync(folder);
	} finally {
		closeSync(folder);
	}
}
