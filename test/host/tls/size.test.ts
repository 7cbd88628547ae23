// What the protocol and the certificate check add to a firmware: minified, without cryptography and without the few
// lines of CBOR and URLs that they share with the rest.

import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";

const LIMIT = 32 * 1_024; // bytes

test("the protocol and the certificate check, minified, are 32 KB at most", async () => {
	const { metafile } = await build({
		absWorkingDir: root,
		entryPoints: ["firmware/tls/socket.ts"],
		external: ["../crypto/*"],
		bundle: true,
		minify: true,
		format: "esm",
		platform: "neutral",
		target: "es2022",
		write: false,
		metafile: true,
	});
	const [{ inputs }] = Object.values(metafile.outputs);
	const ours = Object.entries(inputs).filter(([file]) => /^firmware\/(tls|x509)\//.test(file));
	assert.ok(ours.length >= 12, "every file is counted");
	const length = ours.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
	console.log(`${length} bytes`);
	assert.ok(length <= LIMIT, String(length));
});

test.run();
