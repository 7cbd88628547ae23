// A build that leaves P-256 out: smaller, offers Ed25519 alone, and says of the rest that it is unsupported.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../../../boards/bundle.js";
import { certificates } from "../../firmware/x509/certificates.js";

function der(name: keyof typeof certificates): Uint8Array {
	return new Uint8Array(Buffer.from(certificates[name], "hex"));
}
function reasonOf(attempt: () => unknown): string {
	try {
		attempt();
		return "accepted";
	} catch (error: any) {
		return error.reason ?? error.stack;
	}
}

test("P-256 can be left out of a build", async () => {
	const folder = mkdtempSync(join(tmpdir(), "p256-"));
	try {
		const build = async (entry: string, ...without: string[]): Promise<string> => {
			const outfile = join(folder, `${entry.replaceAll("/", "-")}-${without.join("-")}.mjs`);
			await bundle({ entry, outfile, engine: "node", without, minify: true });
			return outfile;
		};
		const [whole, without] = [await build("firmware/x509/path.ts"), await build("firmware/x509/path.ts", "p256")];
		assert.ok(statSync(whole).size - statSync(without).size > 2_000);

		const { readTrustAnchor, verifyPath } = await import(pathToFileURL(without).href);
		const anchors = [readTrustAnchor(der("root"))];
		assert.is(verifyPath([der("leaf")], "server.example", anchors).anchor, 0);
		assert.is(
			reasonOf(() => verifyPath([der("p256Leaf")], "server.example", anchors)),
			"unsupported public key",
		);
		assert.is(
			reasonOf(() => readTrustAnchor(der("p256Root"))),
			"unsupported public key",
		);

		const { signatureSchemes } = await import(pathToFileURL(await build("firmware/x509/public-key.ts", "p256")).href);
		assert.equal(signatureSchemes, [{ algorithm: "ed25519", code: 0x0807 }]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

test.run();
