// firmware/trust/FORMAT.md's examples are what a device accepts, what the host reads, and what our own writers write.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { Copy } from "../../firmware/trust/copy.js";
import { readDlKey } from "../../firmware/trust/dl-key.js";
import {
	decodeCaInformation,
	encodeCaInformation,
	encodePayload,
	openCaInformation,
} from "../../host/ca-information.js";
import { publicKeyOf } from "../../host/dl-key.js";
import { readSlotImage, writeSlotImage } from "../../host/slot-image.js";
import { copyImage } from "../firmware/trust/copy-image.js";
import { FlashEmulator } from "../flash-emulator.js";
import { fromHex, toHex } from "../hex.js";

const page = readFileSync(join(root, "firmware/trust/FORMAT.md"), "utf8");

/** The hexadecimal of the page's blocks of this name, without its comments. */
function examples(name: string): Uint8Array[] {
	const blocks = [...page.matchAll(new RegExp(`\`\`\`${name}\n(.*?)\`\`\``, "gs"))];
	assert.ok(blocks.length > 0, name);
	return blocks.map(([, text]) => fromHex(text.replace(/#.*$/gm, "").replace(/\s/g, "")));
}

const [dlKey, pair] = examples("dl-key");
const [first, full, hybrid] = examples("ca-information");
const fleet = { name: "fleet.example", dlKeys: [dlKey] };
const hybridFleet = { ...fleet, dlKeys: [readDlKey(pair)!] };

test("the examples verify by the key that stands beside them, and hold what their comments say", () => {
	assert.equal([first.length, full.length, hybrid.length], [329, 369, 1_848]);
	const one = VerifiedCaInformation.verify(first, fleet);
	assert.is(one.generation, 1);
	assert.is(one.follows, 0);
	assert.is(one.revokes, false);
	assert.is(one.anchor.leafNotBefore, undefined);
	assert.equal(one.nextAddresses, [{ scheme: "https", host: "download-2.example", port: 443, path: "/ca" }]);
	const two = VerifiedCaInformation.verify(full, fleet);
	assert.is(two.generation, 5);
	assert.is(two.follows, 1);
	assert.is(two.revokes, true);
	assert.is(two.anchor.leafNotBefore, Date.UTC(2040, 11, 31) / 1_000);
	assert.equal(two.nextAddresses, [
		{ scheme: "https", host: "download-6.example", port: 443, path: "/ca" },
		{ scheme: "http", host: "cdn.example", port: 80, path: "/6" },
	]);
});

test("the hybrid example says what the first one says, by a pair, with its generation as the index", () => {
	assert.is(pair.length, 84);
	const one = VerifiedCaInformation.verify(hybrid, hybridFleet);
	assert.is(toHex(one.payload), toHex(VerifiedCaInformation.verify(first, fleet).payload));
	const { lms } = decodeCaInformation(hybrid).signatures;
	assert.is(Buffer.from(lms!).readUInt32BE(4), 1);
	assert.is(openCaInformation(hybrid, fleet.name, [publicKeyOf(pair)])?.generation, 1);
	assert.is(openCaInformation(hybrid, fleet.name, [publicKeyOf(dlKey)]), undefined);
	assert.is(openCaInformation(first, fleet.name, [publicKeyOf(pair)]), undefined);
	assert.is(openCaInformation(hybrid, "another", [publicKeyOf(pair)]), undefined);
});

test("the host reads the examples, and writes the same bytes", () => {
	for (const [object, payloadLength, certificateLength] of [
		[first, 254, 216],
		[full, 293, 218],
		[hybrid, 254, 216],
	] as const) {
		const { information, payload, signatures } = decodeCaInformation(object);
		assert.is(payload.length, payloadLength);
		assert.is(information.certificate.length, certificateLength);
		assert.is(toHex(encodeCaInformation(payload, signatures)), toHex(object));
	}
	const { information, payload } = decodeCaInformation(first);
	assert.is(toHex(encodePayload(information)), toHex(payload));
	assert.equal(decodeCaInformation(full).information.mirrors, ["http://cdn.example/6"]);
});

test("a copy ends as the page says, whoever writes it", () => {
	const [trailer] = examples("trailer");
	assert.is(trailer.length, 48);
	const image = writeSlotImage(first);
	assert.is(toHex(image.subarray(4_048, 4_096)), toHex(trailer));
	assert.is(toHex(copyImage(first)), toHex(image.subarray(0, 4_096)));
	const chip = new FlashEmulator();
	new Copy(chip.open("ca0"), 1).write(VerifiedCaInformation.verify(first, fleet), true);
	assert.is(toHex(chip.image("ca0").subarray(4_096)), toHex(image.subarray(4_096)));
	const { proved, information } = readSlotImage(image, fleet.name, [publicKeyOf(dlKey)]);
	assert.ok(proved && information?.generation === 1);
});

test.run();
