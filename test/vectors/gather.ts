// Gathers the public test vectors: from folders that have them, else from public repositories at pinned commits. What a
// file must be is said by its SHA-256 alone, wherever it came from.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One file, and where it comes from. */
export interface VectorFile {
	file: string;
	sha256: string; // hexadecimal
	repository: string;
	commit: string;
	path: string; // in the repository
	/** Test cases whose ids begin so are left out. */
	without?: string;
}

/** Reads files.sha256, which says itself what its lines are. Throws RangeError. */
export function readTable(text: string): VectorFile[] {
	const files: VectorFile[] = [];
	let origin: RegExpExecArray | null = null;
	for (const line of text.split("\n")) {
		if (line.startsWith("# https:")) {
			origin = /^# (https:\S+) ([0-9a-f]{40}) (\S+)(?: without (\S+))?$/.exec(line);
			if (!origin) throw new RangeError(`expected repository, commit and path, got ${line}`);
		} else if (line !== "" && !line.startsWith("#")) {
			const [, sha256, file] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
			if (!file || !origin) throw new RangeError(`expected a SHA-256 and a name below an origin, got ${line}`);
			const [, repository, commit, there, without] = origin;
			const path = there.endsWith("/") ? there + file.slice(file.lastIndexOf("/") + 1) : there;
			files.push({ file, sha256, repository, commit, path, without });
		}
	}
	return files;
}

export interface Gathering {
	table: VectorFile[];
	/** The folder in which all of them shall be. */
	into: string;
	/** Folders that may have them. */
	from: string[];
	say(line: string): void;
}

/** Returns the names of what could not be had. */
export function gather({ table, into, from, say }: Gathering): string[] {
	mkdirSync(into, { recursive: true });
	let missing = table.filter(({ file, sha256 }) => digest(read(into, file)) !== sha256);
	if (missing.length < table.length) say(`${into}: ${table.length - missing.length} files are there`);

	/** Puts in place what `fetch` has of those that are missing, if it is the very file. */
	function take(where: string, wanted: VectorFile[], fetch: (one: VectorFile) => Buffer | undefined) {
		const taken = new Set<VectorFile>();
		for (const one of wanted) {
			try {
				const bytes = fetch(one);
				if (bytes === undefined) continue;
				if (digest(bytes) !== one.sha256) throw new Error("another file: its SHA-256 is not the one in the table");
				put(join(into, one.file), bytes);
				taken.add(one);
			} catch (error) {
				say(`${where}: ${one.file}: ${reasonOf(error)}`);
			}
		}
		missing = missing.filter(one => !taken.has(one));
		if (taken.size > 0) say(`${where}: ${taken.size} files`);
	}

	for (const folder of from) take(folder, missing, ({ file }) => read(folder, file));
	for (const origin of new Set(missing.map(originOf))) {
		const wanted = missing.filter(one => originOf(one) === origin);
		const { repository, commit } = wanted[0];
		const scratch = mkdtempSync(join(into, ".git-"));
		const git = (...parameters: string[]) => runGit(scratch, parameters);
		try {
			git("init", "--quiet", "--bare");
			git("remote", "add", "origin", repository);
			git("fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", commit); // blobs come when they are read
			take(origin, wanted, ({ path, without }) => leaveOut(without, git("cat-file", "blob", `${commit}:${path}`)));
		} catch (error) {
			say(`${origin}: ${reasonOf(error)}`);
		} finally {
			rmSync(scratch, { recursive: true, force: true });
		}
	}
	return missing.map(({ file }) => file);
}

function originOf({ repository, commit }: VectorFile): string {
	return `${repository} at ${commit.slice(0, 7)}`;
}

function digest(bytes: Buffer | undefined): string | undefined {
	return bytes && createHash("sha256").update(bytes).digest("hex");
}

function read(folder: string, file: string): Buffer | undefined {
	try {
		return readFileSync(join(folder, file));
	} catch {
		return undefined;
	}
}

/** In one step, so that no test reads half a file. */
function put(file: string, bytes: Buffer) {
	mkdirSync(dirname(file), { recursive: true });
	const whole = `${file}.${process.pid}`;
	writeFileSync(whole, bytes);
	renameSync(whole, file);
}

/** Never asks for a name or a password. `--git-dir`: whatever repository the caller may be in. */
function runGit(folder: string, parameters: string[]): Buffer {
	return execFileSync("git", ["--git-dir", folder, "-c", "maintenance.auto=false", "-c", "gc.auto=0", ...parameters], {
		env: { ...process.env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
		maxBuffer: 512 << 20,
		stdio: ["ignore", "pipe", "pipe"],
	});
}

/** The file again, laid out as before, without the cases whose ids begin so. */
function leaveOut(beginning: string | undefined, bytes: Buffer): Buffer {
	if (beginning === undefined) return bytes;
	const whole = JSON.parse(bytes.toString()) as { testcases: { id: string }[] };
	const testcases = whole.testcases.filter(({ id }) => !id.startsWith(beginning));
	return Buffer.from(`${JSON.stringify({ ...whole, testcases }, null, 2)}\n`);
}

/** Why git gave up, or did not run. */
function reasonOf(error: unknown): string {
	const { stderr, message } = error as Error & { stderr?: Buffer };
	return /^fatal: .*$/m.exec(stderr?.toString() ?? "")?.[0] ?? message;
}
