// `baton verify`: the firmware's own judgement of a server, without a device.

import { createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { writeSlotImage } from "../../host/slot-image.js";
import { createWorld, SERVICE_NAME } from "../world.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const world = await createWorld();
const files = flashFolder();
const dl = join(files, "dl.pub");
writeFileSync(dl, createPublicKey(world.dlKey).export({ type: "spki", format: "pem" }));
for (const generation of [1, 2]) {
	writeFileSync(join(files, `${generation}.cbor`), world.information(generation));
	writeFileSync(
		join(files, `ca${generation - 1}`),
		writeSlotImage(world.information(generation), { proved: generation === 1 }),
	);
}
function verify(port: number, ...more: string[]) {
	return runInProcess(
		[
			"verify",
			`https://${SERVICE_NAME}/`,
			"--fleet",
			world.fleet,
			"--dl-key",
			dl,
			"--map",
			`${SERVICE_NAME}=127.0.0.1:${port}`,
			...more,
		],
		files,
	);
}

test("a server on the current CA is accepted", async () => {
	const { port } = await world.applicationServer(1);
	assert.equal(await verify(port, "--information", "1.cbor"), {
		code: 0,
		out: "accepted: by current (generation 1), status 200\n",
		error: "",
	});
});

test("a server on the next CA is accepted, and the slots stay as they are", async () => {
	const { port } = await world.applicationServer(2);
	const before = readFileSync(join(files, "ca1"));
	assert.equal(await verify(port, "--flash", files), {
		code: 0,
		out: "accepted: by next, which would be promoted (generation 2), status 200\n",
		error: "",
	});
	assert.equal(readFileSync(join(files, "ca1")), before);
});

test("other servers are refused with the device's own reason", async () => {
	assert.is((await verify((await world.applicationServer(3)).port, "--flash", files)).out, "refused: unknown issuer\n");
	const elsewhere = await world.applicationServer(1, {
		credentials: await world.credentials(1, "elsewhere.example"),
	});
	assert.is((await verify(elsewhere.port, "--flash", files)).out, "refused: name does not match\n");
	const { code, out } = await verify(1, "--information", "1.cbor");
	assert.is(code, 1);
	assert.is(out, "refused: connection refused\n");
});

test("slots and objects that no device would hold: exit 2", async () => {
	for (const more of [
		[],
		["--flash", flashFolder()],
		["--information", "dl.pub"],
		["--information", "none"],
		["--information", "1.cbor", "--information", "2.cbor", "--information", "1.cbor"],
	]) {
		assert.is((await verify(1, ...more)).code, 2, more.join(" "));
	}
});

test.after(() => world.close());

test.run();
