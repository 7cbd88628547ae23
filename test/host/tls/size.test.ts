// What the protocol and the certificate check add to a firmware: minified, without cryptography and without the few
// lines of CBOR and URLs that they share with the rest. A build without the post-quantum modules has nothing of them.

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";

const LIMIT = 32 * 1_024; // bytes

const POST_QUANTUM_LIMIT = 1_536; // bytes, for ML-DSA-44 and ML-KEM-768 together

/** Cryptography stays outside, but for what says that a module is left out. */
function crypto(without: readonly string[]): Plugin {
	return {
		name: "crypto",
		setup({ onResolve }) {
			onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
				const name = basename(path, ".js");
				const absent = join(resolveDir, dirname(path), `no-${name}.ts`);
				if (without.includes(name) && existsSync(absent)) return { path: absent };
				return path.includes("/crypto/") ? { path, external: true } : undefined;
			});
		},
	};
}

async function size(...without: string[]): Promise<number> {
	const { metafile } = await build({
		absWorkingDir: root,
		entryPoints: ["firmware/tls/socket.ts"],
		plugins: [crypto(without)],
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
	return ours.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}

test("the protocol and the certificate check, minified, are 32 KB at most without post-quantum modules", async () => {
	const classical = await size("ml-dsa-44", "ml-kem-768");
	console.log(`${classical} bytes`);
	assert.ok(classical <= LIMIT, String(classical));
	const whole = await size();
	console.log(`${whole - classical} more with ML-DSA-44 and ML-KEM-768`);
	assert.ok(whole > classical && whole - classical <= POST_QUANTUM_LIMIT, String(whole - classical));
});

test.run();
