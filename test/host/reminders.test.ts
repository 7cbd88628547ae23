import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Census } from "../../host/census.js";
import {
	certificatePem,
	createCertificateAuthority,
	createServerCredentials,
	issueServerCertificate,
	readCertificateRequest,
} from "../../host/certificate-authority.js";
import { Fleet } from "../../host/fleet.js";
import { reminders, stragglers } from "../../host/reminders.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const folder = flashFolder();
const done = async (...words: string[]) => {
	const { code, error } = await runInProcess(words, folder);
	assert.is(code, 0, error);
};
const init = [
	"init",
	"--fleet",
	"e",
	"--service",
	"s.example",
	"--download-url",
	"https://download-{n}.example/ca",
	"--classical",
];
await done(...init);
const fleet = Fleet.open(join(folder, "fleet"));
const DAY = 86_400_000; // ms

const at = (date: Date, days: number) => new Date(date.getTime() + days * DAY);
const operation = () => fleet.record!.operation;
const told = (now: Date) => reminders(fleet, operation(), now).map(({ weight, what }) => `${weight}: ${what}`);

test("the plan's next step is told 90 days before, and counts as due 30 days before", async () => {
	const provide = fleet.dateOf(15);
	const day = provide.toISOString().slice(0, 10);
	const what = `the next authority comes into provisional operation, with its download server on ${day}`;
	assert.equal(told(at(provide, -91)), []);
	assert.equal(told(at(provide, -90)), [`note: ${what}, in 90 days`]);
	assert.equal(told(at(provide, -30)), [`due: ${what}, in 30 days`]);
	assert.equal(told(at(provide, 2)), [`due: ${what}, 2 days ago`]);
	await done("ca", "issue");
	assert.match(told(fleet.dateOf(20))[0], /^due: the current authority ends, the next takes over in full on /);
});

test("certificates that end before their CA are told, the last one of each name", async () => {
	const authority = fleet.authority(1);
	const certify = async (names: string[], notAfter: Date) => {
		const made = await createServerCredentials(authority, { names, validity: { notBefore: new Date(), notAfter } });
		fleet.at(1).keepIssued(made.certificate);
	};
	await certify(["s.example"], at(new Date(), 100));
	await certify(["s.example"], at(new Date(), 400));
	await certify(["s.example", "t.example"], at(new Date(), 200));
	await certify(["u.example"], fleet.dateOf(20));
	assert.equal(told(at(new Date(), 90)), []);
	assert.match(
		told(at(new Date(), 190)).join("\n"),
		/^due: the certificate by CA A for s\.example, t\.example ends on \S+, in (9|10) days$/,
	);
	assert.match(told(at(new Date(), 320)).at(-1)!, /^note: the certificate by CA A for s\.example ends on /);
});

test("so is a download server's certificate that a CA elsewhere has given an end", async () => {
	const folder = flashFolder();
	const authority = await createCertificateAuthority({
		name: "company",
		validity: { notBefore: new Date("2025-01-01"), notAfter: new Date("2060-01-01") },
	});
	writeFileSync(join(folder, "ca.pem"), certificatePem(authority.certificate));
	assert.is((await runInProcess([...init, "--ca-cert", "ca.pem"], folder)).code, 0);
	const other = Fleet.open(join(folder, "fleet"));
	assert.equal(reminders(other, other.record!.operation), []);
	const { names, publicKey } = await readCertificateRequest(readFileSync(other.at(1).downloadRequestFile, "utf8"));
	const validity = { notBefore: new Date(), notAfter: at(new Date(), 60) };
	const certificate = await issueServerCertificate(authority, { names, publicKey, validity });
	other.at(1).keepDownload([new X509Certificate(certificate)]);
	const [told] = reminders(other, other.record!.operation);
	assert.match(told.what, /^the certificate by CA A for download-2\.example ends on \S+, in (59|60) days$/);
});

test("devices that hold nothing but a CA that is past are told, with what that means", async () => {
	await done("take-over", "--yes");
	const census = new Census({ days: 30 });
	census.add("192.0.2.1", Date.parse("2031-02-03"), { current: 1 });
	census.add("192.0.2.2", Date.parse("2031-02-04"), { current: 1 });
	census.add("192.0.2.3", Date.parse("2031-02-05"), { current: 1, next: 2 });
	census.add("192.0.2.4", Date.parse("2031-02-05"), { current: 2 });
	census.add("192.0.2.5", Date.parse("2031-02-05"), { current: 77 }); // anybody can say that
	const [one, ...more] = stragglers(fleet, operation(), census);
	assert.equal(more, []);
	assert.is(one.weight, "note");
	assert.is(
		one.what,
		"2 devices were last heard holding nothing newer than CA A (generation 1), which is terminated; the last one on 2031-02-04",
	);
	assert.match(one.remedy, /find their way at https:\/\/download-2\.example\/ca, so keep that up/);

	const ended = structuredClone(operation());
	ended.downloadServers[0].up = false;
	assert.is(stragglers(fleet, ended, census)[0].weight, "danger");
	await done("revoke", "1");
	assert.is(stragglers(fleet, operation(), census)[0].weight, "due");
});

test.run();
