// firmware/trust/FORMAT.md's example is what a device accepts, and what the host reads.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { decodeCaInformation } from "../../host/ca-information.js";
import { fromHex } from "../hex.js";

const page = readFileSync(join(root, "firmware/trust/FORMAT.md"), "utf8");

/** The hexadecimal of a block of the page, without its comments. */
function example(name: string): Uint8Array {
	const block = new RegExp(`\`\`\`${name}\n(.*?)\`\`\``, "s").exec(page);
	assert.ok(block, name);
	return fromHex(block![1].replace(/#.*$/gm, "").replace(/\s/g, ""));
}

test("the example verifies by the key that stands beside it, and holds what its comments say", () => {
	const bytes = example("ca-information");
	assert.is(bytes.length, 424);
	const information = VerifiedCaInformation.verify(bytes, { name: "fleet.example", dlKeys: [example("dl-key")] });
	assert.is(information.generation, 1);
	assert.equal(information.nextAddresses, [{ scheme: "https", host: "download-2.example", port: 443, path: "/ca" }]);
	const { payload, information: read } = decodeCaInformation(bytes);
	assert.is(payload.length, 348);
	assert.is(read.certificate.length, 309);
	assert.is(read.nextAddress, "https://download-2.example/ca");
});

test.run();
