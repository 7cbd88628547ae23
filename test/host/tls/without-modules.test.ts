// Builds that leave algorithms out: smaller, offer only what is left, and say of the rest that it is unsupported.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../../../boards/bundle.js";
import * as make from "./certificate-maker.js";

const folder = mkdtempSync(join(tmpdir(), "modules-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function build(entry: string, ...without: string[]): Promise<string> {
	const outfile = join(folder, `${entry.replaceAll("/", "-")}-${without.join("-")}.mjs`);
	await bundle({ entry, outfile, engine: "node", without, minify: true });
	return outfile;
}
function load(file: string) {
	return import(pathToFileURL(file).href);
}
function reasonOf(attempt: () => unknown): string {
	try {
		attempt();
		return "accepted";
	} catch (error: any) {
		return error.reason ?? error.stack;
	}
}

const whole = await build("firmware/x509/path.ts");
const types = { p256: "p256", p384: "p384", rsa: "rsa2048", "ml-dsa-44": "ml-dsa-44" } as const;
const codes = { p256: [0x0403], p384: [0x0503], rsa: [0x0804, 0x0805, 0x0806], "ml-dsa-44": [0x0904] };

for (const [name, type] of Object.entries(types) as [keyof typeof types, make.KeyType][]) {
	test(`${name} can be left out of a build`, async () => {
		const without = await build("firmware/x509/path.ts", name);
		assert.ok(statSync(without).size < statSync(whole).size - 100);
		const { readTrustAnchor, verifyPath } = await load(without);
		const root = make.party("root"),
			other = make.party("other", type),
			server = make.party("server.example");
		const anchors = [readTrustAnchor(make.authority(root))];
		const verify = (leaf: Buffer) => reasonOf(() => verifyPath([leaf], "server.example", anchors));
		assert.is(verify(make.leaf(root, server)), "accepted");
		assert.is(verify(make.leaf(root, make.party("server.example", type))), "unsupported public key");
		assert.is(verify(make.leaf(other, server)), "unknown issuer");
		assert.is(
			reasonOf(() => readTrustAnchor(make.authority(other))),
			"unsupported public key",
		);
		assert.is(
			reasonOf(() => readTrustAnchor(make.authority(root, other))),
			"accepted",
		); // nobody checks its signature

		const { handshakeSchemes } = await load(await build("firmware/x509/signature-algorithm.ts", name));
		const offered: number[] = handshakeSchemes([type]).map(({ code }: { code: number }) => code);
		assert.ok(offered.includes(0x0807) && !offered.some(code => codes[name].includes(code)));
	});
}

test("secp256r1 and ML-KEM-768 can be left out: X25519 alone is offered, whatever is chosen", async () => {
	const offered = async (...without: string[]) => {
		const { groupsOf } = await load(await build("firmware/tls/key-exchange.ts", ...without));
		const codes = (keyExchange?: string) => groupsOf(keyExchange).map(({ code }: { code: number }) => code);
		return [codes(), codes("x25519mlkem768")];
	};
	assert.equal(await offered(), [
		[0x001d, 0x11ec, 0x0017],
		[0x11ec, 0x001d, 0x0017],
	]);
	assert.equal(await offered("secp256r1", "ml-kem-768"), [[0x001d], [0x001d]]);
	const [whole, classical] = [[], ["ml-kem-768"]].map(without => build("firmware/tls/key-exchange.ts", ...without));
	assert.ok(statSync(await classical).size < statSync(await whole).size - 3_000, "and so is the algorithm");
});

test("all of them can be left out together", async () => {
	const { handshakeSchemes, schemesOfCertificates } = await load(
		await build("firmware/x509/signature-algorithm.ts", "p256", "p384", "rsa", "ml-dsa-44"),
	);
	assert.equal(
		handshakeSchemes([]).map(({ code }: { code: number }) => code),
		[0x0807],
	);
	assert.is(schemesOfCertificates(handshakeSchemes([])), undefined);
});

test.run();
