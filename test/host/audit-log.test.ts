import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AuditLog, entry } from "../../host/audit-log.js";
import { createCertificateRequest } from "../../host/certificate-authority.js";
import { Fleet } from "../../host/fleet.js";
import { newKeyPair } from "../../host/signing-key.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

function fresh(): AuditLog {
	return new AuditLog(join(flashFolder(), "audit.log"));
}

test("a line says who, when and what, and holds the hash of the one before it", () => {
	const log = fresh();
	assert.equal(log.lines, []);
	log.append(entry("one"));
	const first = log.head;
	log.append(entry("two", { generation: 2 }));
	const [one, two] = log.lines;
	assert.equal([one.number, one.before, two.number, two.before, two.generation], [1, "", 2, first, 2]);
	assert.match(one.who, /^[^@]+@[^@]+$/);
	assert.ok(Date.parse(one.at) <= Date.now());
});

test("a line that was changed, removed, or put in is found", () => {
	const log = fresh();
	for (const what of ["one", "two", "three"]) log.append(entry(what));
	const written = readFileSync(log.file, "utf8");
	const [one, two, three] = written.trimEnd().split("\n");
	const forged = JSON.stringify({ ...JSON.parse(two), what: "forged" });
	for (const lines of [
		[one.replace('"one"', '"other"'), two, three],
		[one, forged, three],
		[one, three],
		[two, three],
		[one, two, two, three],
		[two, one, three],
	]) {
		writeFileSync(log.file, `${lines.join("\n")}\n`);
		assert.match(log.trouble!, /is not the one that was written, or lines before it are missing/, lines.join("\n"));
		assert.throws(() => log.lines, /is not the one/);
	}
	writeFileSync(log.file, written);
	assert.is(log.trouble, undefined);
});

test("what a power cut has torn is no line, and the next one goes on", () => {
	const log = fresh();
	log.append(entry("one"));
	const { head } = log;
	appendFileSync(log.file, '{"number":2,"at":"20');
	assert.is(log.head, head);
	log.append(entry("two"));
	assert.equal(
		log.lines.map(({ number, what, before }) => [number, what, before === head]),
		[
			[1, "one", false],
			[2, "two", true],
		],
	);
});

test("orders, signatures and certificates are told, and an order that was broken off before that once more", async () => {
	const folder = flashFolder();
	const typed = async (...words: string[]) => {
		const { code, out, error } = await runInProcess(words, folder);
		assert.is(code, 0, error);
		return out;
	};
	await typed(
		"init",
		"--fleet",
		"e",
		"--service",
		"s.example",
		"--download-url",
		"https://d{n}.example/",
		"--classical",
	);
	await typed("ca", "issue");
	writeFileSync(join(folder, "s.csr"), await createCertificateRequest(newKeyPair("ed25519"), ["s.example"]));
	await typed("server-cert", "s.csr", "--out", "s.pem");
	await typed("revoke", "1");
	const fleet = Fleet.open(join(folder, "fleet"));
	const told = () => fleet.audit.lines.map(({ what }) => what);
	const all = [
		"the fleet begins",
		"the next authority comes into provisional operation, with its download server",
		"certificate issued",
		"generation 1 is revoked",
	];
	assert.equal(told(), all);
	const out = await typed("log");
	assert.match(out, /signed: CA information 3, ([0-9A-Z]{4}-){7}[0-9A-Z]{4}\n/);
	assert.match(out, /certificate: s\.example, serial number [0-9a-f]{16}, until \d{4}-\d\d-\d\d\n/);
	assert.match(out, /the last one's is [0-9a-f]{64}\n$/);

	// Killed between the record and the log: the log's last line is not there yet.
	const lines = readFileSync(fleet.audit.file, "utf8").trimEnd().split("\n");
	writeFileSync(fleet.audit.file, `${lines.slice(0, -1).join("\n")}\n`);
	const cut = await runInProcess(["check"], folder);
	assert.is(cut.code, 3);
	assert.match(cut.out, /audit\.log does not have the last order, generation 1 is revoked/);
	await typed("revoke", "1");
	assert.equal(told(), all);

	writeFileSync(fleet.audit.file, `${lines.slice(1).join("\n")}\n`);
	assert.is((await runInProcess(["log"], folder)).code, 1);
	const { code, out: checked } = await runInProcess(["check"], folder);
	assert.is(code, 3);
	assert.match(checked, /audit\.log: line 1 is not the one that was written.*: compare it with a backup/);
	rmSync(fleet.audit.file);
});

test("operation.json has dates for people, and nobody reads them back", async () => {
	const folder = flashFolder();
	await runInProcess(
		["init", "--fleet", "e", "--service", "s.example", "--download-url", "https://d{n}.example/", "--classical"],
		folder,
	);
	const file = join(folder, "fleet/operation.json");
	const { operation, steps } = JSON.parse(readFileSync(file, "utf8"));
	const day = new Date().toISOString().slice(0, 10);
	assert.is(steps[0].date, day);
	assert.is(operation.authorities[0].dates.from, day);
	assert.is(operation.authorities[0].dates.until.slice(0, 4), String(Number(day.slice(0, 4)) + 20));
	const { record } = Fleet.open(join(folder, "fleet"));
	assert.not("dates" in record!.operation.authorities[0]);
	assert.not("date" in record!.steps[0]);
});

test.run();
