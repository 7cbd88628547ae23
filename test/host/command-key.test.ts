// Keys that stay elsewhere: any command that signs, and a real token (SoftHSM2 by pkcs11-tool), from `init` to the device.

import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createCertificateRequest } from "../../host/certificate-authority.js";
import { CommandKey, readPublicKeyFile } from "../../host/command-key.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetServer } from "../../host/fleet-server.js";
import { passphrase } from "../../host/passphrases.js";
import { Signer } from "../../host/signer.js";
import { newKeyPair, signWith } from "../../host/signing-key.js";
import { HANG_GUARD } from "../eventually.js";
import { flashFolder, runOnce } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const message = Buffer.from("what is to be signed");

/** A command of Node's that signs with a key in a file, as a token would. */
function commandOf(key: KeyObject, encoding: "der" | "ieee-p1363" = "der"): string {
	const file = join(flashFolder(), "key.pem");
	writeFileSync(file, key.export({ type: "pkcs8", format: "pem" }));
	const hash =
		key.asymmetricKeyType === "ed25519"
			? "null"
			: key.asymmetricKeyDetails?.namedCurve === "secp384r1"
				? '"sha384"'
				: '"sha256"';
	const script = `const { sign } = require("crypto"), { readFileSync, writeSync } = require("fs"); writeSync(1, sign(${hash}, readFileSync(0), { key: readFileSync("${file}"), dsaEncoding: "${encoding}" }))`;
	return `'${process.execPath}' -e '${script}'`;
}

const kinds: [string, () => { privateKey: KeyObject; publicKey: KeyObject }][] = [
	["Ed25519", () => generateKeyPairSync("ed25519")],
	["P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
	["P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
	["RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
];
for (const [kind, make] of kinds)
	test(`${kind}: what a command signs is a signature by the key, in either form`, () => {
		const { privateKey, publicKey } = make();
		for (const encoding of ["der", "ieee-p1363"] as const) {
			const signature = signWith(new CommandKey(commandOf(privateKey, encoding), publicKey), message);
			const hash = kind === "Ed25519" ? null : kind === "P-384" ? "sha384" : "sha256";
			assert.ok(verify(hash, message, publicKey, signature));
		}
	});

test("what is no signature by the pinned key is refused, whatever the command says", () => {
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	const refused = (command: string, why: RegExp) =>
		assert.throws(() => new CommandKey(command, publicKey).sign(message), why);
	refused(
		commandOf(generateKeyPairSync("ed25519").privateKey),
		/what it gave \(64 bytes\) is no signature by its key, which is ed25519/,
	);
	refused("true", /what it gave \(0 bytes\) is no signature/);
	refused("exit 7", /it ended with 7, and nothing is signed/);
	refused("kill -9 $$", /it ended with SIGKILL/);
	refused(`${commandOf(privateKey)}; echo`, /what it gave \(65 bytes\)/);
	const onP256 = new CommandKey("head -c 64 /dev/zero", generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey);
	assert.throws(() => onP256.sign(message), /no signature by its key, which is ec/);
	assert.throws(
		() => new CommandKey("true", generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey),
		/P-256 and P-384/,
	);
	assert.throws(() => new CommandKey("true", generateKeyPairSync("x25519").publicKey), /devices verify/);
});

test("what stands in a key's place in a file is read back, and is said to be damaged when it is", () => {
	const { publicKey } = generateKeyPairSync("ed25519");
	const text = new CommandKey("sign 'with' \"care\"", publicKey).export({ type: "pkcs8", format: "pem" });
	const read = CommandKey.read(text)!;
	assert.is(read.command, "sign 'with' \"care\"");
	assert.ok(read.publicKey.equals(publicKey));
	assert.is(CommandKey.read("-----BEGIN PRIVATE KEY-----"), undefined);
	for (const damaged of [text.slice(0, -10), text.replace("command", "comand"), text.replace("BEGIN", "BEGAN")])
		assert.throws(() => CommandKey.read(damaged), /names no command and public key/);
	assert.throws(() => read.export({ type: "pkcs8", format: "der" }), /this key is elsewhere, and stays there/);
});

test("a public key is read in PEM, in DER, and raw", () => {
	const folder = flashFolder();
	const { publicKey } = generateKeyPairSync("ed25519");
	const forms = {
		"a.pem": publicKey.export({ type: "spki", format: "pem" }),
		"a.der": publicKey.export({ type: "spki", format: "der" }),
		"a.raw": rawPublicKey(publicKey),
	};
	for (const [name, content] of Object.entries(forms)) {
		writeFileSync(join(folder, name), content);
		assert.ok(readPublicKeyFile(join(folder, name)).equals(publicKey), name);
	}
	writeFileSync(join(folder, "none"), "none");
	assert.throws(() => readPublicKeyFile(join(folder, "none")), /not a public key/);
	assert.throws(() => readPublicKeyFile(join(folder, "absent")), /no such file/);
});

test("of a hybrid DL key the Ed25519 half may be elsewhere: the LMS half is a file, encrypted as any key", async () => {
	const folder = join(flashFolder(), "dl");
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	const given = passphrase("correct horse");
	const made = await Signer.createHybrid(
		folder,
		"example",
		given,
		() => {},
		new CommandKey(commandOf(privateKey), publicKey),
	);
	assert.match(readFileSync(join(folder, "lms.key"), "utf8"), /BEGIN ENCRYPTED PRIVATE KEY/);
	assert.is(statSync(join(folder, "lms.key")).mode & 0o777, 0o600);
	assert.match(readFileSync(join(folder, "dl.key"), "utf8"), /^baton signer 1\ncommand /);
	const opened = Signer.open(folder, given);
	assert.equal(rawPublicKey(opened.publicKey), rawPublicKey(made.publicKey));
	assert.throws(() => Signer.open(folder, passphrase("wrong")), /lms\.key: another passphrase opens this key/);
});

const MODULE = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"].find(existsSync);
const missing = !MODULE ? "SoftHSM2" : ["softhsm2-util", "pkcs11-tool"].find(tool => spawnSync(tool, ["--help"]).error);
const NAME =
	"SoftHSM2 by pkcs11-tool: a CA on P-256 and a DL key on Ed25519 in a token, from init to a device that follows";
const HOST = "service.fleet.example";

if (missing) test.skip(`${NAME} (${missing} is not installed)`);
else
	test(NAME, async () => {
		const folder = flashFolder();
		mkdirSync(join(folder, "tokens"));
		writeFileSync(
			join(folder, "softhsm2.conf"),
			`directories.tokendir = ${join(folder, "tokens")}\nobjectstore.backend = file\n`,
		);
		process.env.SOFTHSM2_CONF = join(folder, "softhsm2.conf");
		process.env.TOKEN_PIN = "1234";
		const tool = (...words: string[]) => {
			const { status, stderr } = spawnSync(words[0], words.slice(1), { cwd: folder, encoding: "utf8" });
			assert.is(status, 0, `${words.join(" ")}: ${stderr}`);
		};
		tool("softhsm2-util", "--init-token", "--free", "--label", "baton", "--pin", "1234", "--so-pin", "5678");
		const token = `pkcs11-tool --module ${MODULE} --token-label baton --login --pin env:TOKEN_PIN`;
		for (const [id, type] of [
			["01", "EC:edwards25519"],
			["02", "EC:prime256v1"],
			["03", "EC:prime256v1"],
		]) {
			tool(...token.split(" "), "--keypairgen", "--key-type", type, "--id", id);
			tool(...token.split(" "), "--read-object", "--type", "pubkey", "--id", id, "--output-file", `${id}.pub`);
		}
		// As OPERATING.md has them.
		const byEd25519 = `${token} --sign --mechanism EDDSA --id 01 2>/dev/null`;
		const byP256 = (id: string) =>
			`openssl dgst -sha256 -binary | ${token} --sign --mechanism ECDSA --id ${id} 2>/dev/null`;
		const done = async (...words: string[]) => {
			const { code, out, error } = await runInProcess(words, folder);
			assert.is(code, 0, `${words[0]}: ${error}`);
			return out;
		};
		await done(
			"dl",
			"create",
			"dl",
			"--fleet",
			"example",
			"--classical",
			"--signer",
			byEd25519,
			"--public-key",
			"01.pub",
		);
		for (const [id, n] of [
			["02", 1],
			["03", 2],
		])
			await done(
				"ca",
				"self-sign",
				"--signer",
				byP256(String(id)),
				"--public-key",
				`${id}.pub`,
				"--name",
				`example CA ${n}`,
				"--out",
				`ca${n}.pem`,
			);
		await done(
			"init",
			"--classical",
			"--fleet",
			"example",
			"--service",
			HOST,
			"--download-url",
			"https://download-{n}.fleet.example/ca",
			"--dl-key",
			"dl/dl.pub",
			"--ca-cert",
			"ca1.pem",
			"--signer",
			byP256("02"),
		);
		await done("sign", "fleet/authority/1/to-sign.cbor", "--dl", "dl", "--out", "1.cbor", "--yes");
		await done("ca", "accept", "1.cbor");
		await done("import", "--ca-cert", "ca2.pem", "--signer", byP256("03"), "--dl", "dl");
		writeFileSync(join(folder, "s.csr"), await createCertificateRequest(newKeyPair("ed25519"), [HOST]));
		await done("server-cert", "s.csr", "--out", "s.pem");
		await done("check", "--dl", "dl");

		// No secret is in a file: only those of servers are.
		const fleet = Fleet.open(join(folder, "fleet"));
		const files = readdirSync(fleet.folder, { recursive: true, encoding: "utf8" }).filter(name =>
			name.endsWith("ca.key"),
		);
		assert.equal(files.length, 2);
		for (const file of files) assert.not.match(readFileSync(join(fleet.folder, file), "utf8"), /PRIVATE KEY/);

		const server = new FleetServer({ fleet, listen: { port: 0 }, service: (_, response) => void response.end() });
		await server.reconcile(fleet.record!.operation);
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const settings = {
			fleet: "example",
			factory: hex(fleet.information(1)!),
			dlKeys: fleet.dlKeys.map(key => hex(rawPublicKey(key))),
			service: `https://${HOST}/`,
			map: [HOST, ...[2, 3].map(n => `download-${n}.fleet.example`)].map(host => ({
				host,
				address: "127.0.0.1",
				toPort: server.port!,
			})),
			pollInterval: 3_600_000,
			serviceInterval: 3_600_000,
			deadline: HANG_GUARD,
			once: true,
		};
		const flash = flashFolder();
		const before = await runOnce("node", settings, flash);
		assert.equal(before.told.slice(2), [
			"authenticated service 1 current",
			"poll 1",
			"authenticated download 1",
			"stored 2",
		]);
		await done("take-over", "--yes", "--dl", "dl");
		await server.reconcile(fleet.record!.operation);
		const after = await runOnce("node", settings, flash);
		assert.equal(after.told.slice(0, 3), ["boot 1,2", "authenticated service 2 next", "promoted 2"]);
		await server.close();

		// Without the token nothing is signed, and the order can be given again.
		process.env.TOKEN_PIN = "wrong";
		const refused = await runInProcess(["server-cert", "s.csr", "--generation", "2", "--out", "t.pem"], folder);
		assert.is(refused.code, 2);
		assert.match(refused.error, /it ended with \d+, and nothing is signed|what it gave \(0 bytes\)/);
		process.env.TOKEN_PIN = "1234";
		await done("server-cert", "s.csr", "--generation", "2", "--out", "t.pem");
	});

test.run();
