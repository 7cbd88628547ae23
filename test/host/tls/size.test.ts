// What TLS and the certificate check add to a firmware: minified, without cryptography, with all that they import.

import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";

const limit = 26 * 1_024; // bytes

test("the protocol and the certificate check, minified, are 26 KB at most", async () => {
	const { outputFiles } = await build({
		absWorkingDir: root, entryPoints: ["firmware/tls/socket.ts"], external: ["../crypto/*"], bundle: true, minify: true,
		format: "esm", platform: "neutral", target: "es2022", write: false,
	});
	const { length } = outputFiles[0].contents;
	console.log(`${length} bytes`);
	assert.ok(length <= limit, String(length));
});

test.run();
