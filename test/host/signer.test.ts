import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CaInformation, openCaInformation } from "../../host/ca-information.js";
import { isSameKey } from "../../host/dl-key.js";
import { OperatorError } from "../../host/operator-error.js";
import { dlPassphrase, passphrase } from "../../host/passphrases.js";
import { Signer } from "../../host/signer.js";
import { createWorld } from "../world.js";
import { flashFolder as folder } from "./device-run.js";

const none = dlPassphrase; // nothing is set
const world = await createWorld();
function information(generation: number, more: Partial<CaInformation> = {}): CaInformation {
	return {
		generation,
		certificate: world.authority(Math.min(Math.max(generation, 1), 3)).certificate,
		nextAddress: `https://download-${generation + 1}.fleet.example/`,
		...more,
	};
}
function refuses(run: () => unknown, message: RegExp) {
	assert.throws(run, (error: Error) => error instanceof OperatorError && message.test(error.message));
}

test("what it signs opens with its public key, for its fleet alone", () => {
	const signer = Signer.create(folder(), "example");
	const object = signer.sign(information(1));
	assert.is(openCaInformation(object, "example", [signer.publicKey])?.generation, 1);
	assert.is(openCaInformation(object, "another", [signer.publicKey]), undefined);
});

test("it signs the next generation only, and none with other contents again", () => {
	const signer = Signer.create(folder(), "example");
	refuses(() => signer.sign(information(2)), /generation 2 does not follow 0.*expected 1/);
	signer.sign(information(1));
	signer.sign(information(2));
	refuses(() => signer.sign(information(4)), /expected 3/);
	refuses(
		() => signer.sign(information(2, { nextAddress: "https://elsewhere.example/" })),
		/signed before, with other contents: the next one is 3/,
	);
	assert.is(signer.last, 2);
});

test("the same contents give the same object again, after a restart too", () => {
	const at = folder();
	const object = Signer.create(at, "example").sign(information(1));
	assert.equal(Signer.open(at, none).sign(information(1)), object);
});

test("a generation whose signature never left, because of a crash, can be signed with the same contents only", () => {
	const at = folder();
	const signer = Signer.create(at, "example");
	signer.sign(information(1)); // the log has it; suppose that the object was lost
	const again = Signer.open(at, none);
	refuses(() => again.sign(information(1, { revokes: true })), /signed before/);
	assert.ok(again.sign(information(1)));
});

test("what cannot be written in the log is not signed", () => {
	const at = folder();
	const signer = Signer.create(at, "example");
	rmSync(join(at, "signed"), { recursive: true });
	writeFileSync(join(at, "signed"), "");
	assert.throws(() => signer.sign(information(1)));
});

test("what no device would take is not signed", () => {
	const signer = Signer.create(folder(), "example");
	assert.throws(
		() => signer.sign(information(1, { nextAddress: "http://download.example/" })),
		/first address is not https/,
	);
	assert.throws(() => signer.sign(information(1, { certificate: new Uint8Array(2_305) })), /2304 bytes/);
	assert.throws(() => signer.sign(information(0)), /generation of 1 to 65535/);
	assert.is(signer.last, 0);
});

test("the private key is readable by its owner alone, and refused otherwise", () => {
	const at = folder();
	Signer.create(at, "example");
	assert.is(statSync(join(at, "dl.key")).mode & 0o777, 0o600);
	chmodSync(join(at, "dl.key"), 0o644);
	refuses(() => Signer.open(at, none), /others may read this private key \(mode 644\): chmod 600/);
});

test("with a passphrase the key is encrypted at rest", () => {
	const at = folder();
	const signer = Signer.create(at, "example", passphrase("correct horse"));
	assert.match(readFileSync(join(at, "dl.key"), "utf8"), /BEGIN ENCRYPTED PRIVATE KEY/);
	assert.ok(isSameKey(Signer.open(at, passphrase("correct horse")).publicKey, signer.publicKey));
	refuses(() => Signer.open(at, none), /encrypted: set BATON_DL_PASSPHRASE/);
	refuses(() => Signer.open(at, passphrase("battery staple")), /another passphrase/);
});

test("a spare key takes over after the log of the first was entered", () => {
	const first = Signer.create(folder(), "example");
	const spare = Signer.create(folder(), "example");
	const objects = [first.sign(information(1)), first.sign(information(2))];
	for (const object of objects) spare.adopt(object, [first.publicKey]);
	refuses(() => spare.sign(information(2, { revokes: true })), /signed before/);
	assert.is(openCaInformation(spare.sign(information(3)), "example", [spare.publicKey])?.generation, 3);
});

test("a spare enters nothing that no key of the fleet signed", () => {
	const spare = Signer.create(folder(), "example");
	const stranger = Signer.create(folder(), "example");
	refuses(() => spare.adopt(stranger.sign(information(1)), []), /not signed by a DL key of this fleet/);
	assert.is(spare.last, 0);
});

test("a fleet's name is short and in ASCII", () => {
	for (const name of ["", "two words", "x".repeat(49), "Flöte"])
		refuses(() => Signer.create(folder(), name), /fleet's name/);
});

test.run();
