// The log of a hybrid DL key: an LMS index signs once, whatever is lost, restored, asked again, or asked for another fleet.

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CaInformation, decodeCaInformation, encodePayload } from "../../host/ca-information.js";
import { isPair, rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { OperatorError } from "../../host/operator-error.js";
import { dlPassphrase, passphrase } from "../../host/passphrases.js";
import { Signer } from "../../host/signer.js";
import { createWorld } from "../world.js";
import { flashFolder as folder } from "./device-run.js";

const world = await createWorld();
function information(generation: number, more: Partial<CaInformation> = {}): CaInformation {
	return {
		generation,
		certificate: world.authority(1).certificate,
		nextAddress: `https://download-${generation + 1}.fleet.example/`,
		...more,
	};
}
function refuses(run: () => unknown, message: RegExp) {
	assert.throws(run, (error: Error) => error instanceof OperatorError && message.test(error.message), String(message));
}

const shares: number[] = [];
const blank = folder();
await Signer.createHybrid(blank, "example", undefined, share => shares.push(share));
/** The same key and an empty log, as often as is asked for. */
function copy(of = blank): string {
	const to = folder();
	cpSync(of, to, { recursive: true });
	return to;
}
function open(at: string): Signer {
	return Signer.open(at, dlPassphrase);
}
function indexOf(object: Uint8Array): number {
	return Buffer.from(decodeCaInformation(object).signatures.lms!).readUInt32BE(4);
}

test("its tree is made once, with progress, and kept: a lost one is made again, a damaged one is told", () => {
	assert.is(shares.at(-1), 1);
	assert.ok(shares.length >= 100);
	const at = copy();
	const leaves = readFileSync(join(at, "lms.leaves"));
	assert.is(leaves.length, 24_576);
	rmSync(join(at, "lms.leaves"));
	assert.equal(rawPublicKey(open(at).publicKey), rawPublicKey(open(blank).publicKey));
	assert.equal(readFileSync(join(at, "lms.leaves")), leaves);
	writeFileSync(join(at, "lms.leaves"), leaves.subarray(1));
	refuses(() => open(at), /lms\.leaves is damaged: remove it, it is made again/);
	leaves[100] ^= 1;
	writeFileSync(join(at, "lms.leaves"), leaves);
	refuses(() => open(at), /dl\.pub: this is another key's than dl\.key, or lms\.leaves is damaged/);
});

test("a generation is the index, and the same bytes give the same object, after a restart and after a crash", () => {
	const at = copy();
	const signer = open(at);
	assert.ok(signer.isHybrid && isPair(signer.publicKey));
	for (const generation of [1, 2, 3]) assert.is(indexOf(signer.sign(information(generation))), generation);
	const object = readFileSync(join(at, "signed/2.cbor"));
	assert.equal(Buffer.from(open(at).sign(information(2))), object);
	rmSync(join(at, "signed/2.cbor")); // the crash came between the log and the signature
	assert.equal(Buffer.from(open(at).sign(information(2))), object);
	refuses(
		() => open(at).sign(information(2, { revokes: true })),
		/generation 2 was signed before, with other contents/,
	);
});

test("the log has the hash of all that is signed, the fleet's name included, before anything is signed", () => {
	const at = copy();
	open(at).sign(information(1));
	const entry = readFileSync(join(at, "signed/1"), "utf8");
	assert.match(entry, /^payload [0-9a-f]+\nhash [0-9a-f]{64}\n$/);
	// Without room for the entry nothing is signed.
	const full = copy();
	rmSync(join(full, "signed"), { recursive: true });
	writeFileSync(join(full, "signed"), "");
	assert.throws(() => open(full).sign(information(1)));
	assert.not(existsSync(join(full, "signed/1.cbor")));
});

test("it signs for one fleet's name: an index that was used for one is used for no other", () => {
	const at = copy();
	open(at).sign(information(1));
	writeFileSync(join(at, "fleet"), "another\n");
	refuses(() => open(at).sign(information(1)), /signed\/1: this was signed for another fleet than another/);
	refuses(() => open(at).check(information(1)), /signed for another fleet/);
});

test("what is no entry of a log, or a damaged object, is told and not signed over", () => {
	const at = copy();
	open(at).sign(information(1));
	const object = readFileSync(join(at, "signed/1.cbor"));
	object[40] ^= 1;
	writeFileSync(join(at, "signed/1.cbor"), object);
	refuses(() => open(at).sign(information(1)), /signed\/1\.cbor: this is damaged: remove it/);
	writeFileSync(join(at, "signed/1"), "a0\n");
	refuses(() => open(at).sign(information(1)), /signed\/1: this is no entry of a log/);
});

test("1,023 generations, and none beyond", () => {
	const signer = open(copy());
	signer.skip(1_022);
	assert.is(indexOf(signer.sign(information(1_023))), 1_023);
	refuses(() => signer.sign(information(1_024)), /generation 1024: a hybrid DL key signs 1023 at most/);
});

test("another key of the fleet signs a payload of the log again, with its own index of that generation", async () => {
	const first = open(copy());
	const spare = await Signer.createHybrid(folder(), "example");
	const object = first.sign(information(1));
	assert.not(spare.hasSigned(object));
	spare.adopt(object, [first.publicKey]);
	const again = spare.sign(information(1));
	assert.equal(decodeCaInformation(again).payload, decodeCaInformation(object).payload);
	assert.is(indexOf(again), 1);
	assert.ok(spare.hasSigned(again) && !spare.hasSigned(object));
	refuses(() => spare.sign(information(1, { revokes: true })), /signed before/);
	// What follows a generation that its log does not have, it does not sign: the log may be behind.
	first.sign(information(2));
	first.sign(information(3));
	refuses(() => spare.check(information(4), 3), /follows 3, which this log does not have: it ends at 1.*dl adopt/);
});

test("a key that was restored skips what it may have signed, and signs nothing of it again", () => {
	const at = copy();
	open(at).sign(information(1));
	const backup = copy(at);
	const lost = open(at);
	const second = lost.sign(information(2));
	const third = lost.sign(information(3, { follows: 1 }));

	const signer = open(backup);
	assert.ok(signer.hasForgotten(2, second) && !signer.hasForgotten(1, signer.sign(information(1))));
	assert.is(signer.restored(3, 2), 19);
	assert.is(signer.last, 19);
	refuses(() => signer.sign(information(2, { revokes: true })), /generation 2 was signed before/);
	refuses(() => signer.sign(information(4)), /generation 4 was signed before/);
	assert.is(indexOf(signer.sign(information(1))), 1, "what its log has is its own");
	// What others show enters the log, and is not signed again: it may have signed other bytes with that index.
	for (const object of [second, third]) signer.adopt(object, []);
	assert.equal(signer.payload(3), encodePayload(information(3, { follows: 1 })));
	refuses(() => open(backup).sign(information(2)), /generation 2 was entered after this key came from a backup/);
	assert.not(signer.hasForgotten(2, second));
	// What it signs next follows at least what is in full operation.
	refuses(() => signer.sign(information(20, { follows: 1 })), /follows 1, and 2 is in full operation/);
	assert.is(indexOf(signer.sign(information(20, { follows: 2 }))), 20);
	// Said again, it skips more, and forgets nothing of what it was told.
	assert.is(signer.restored(4, 0), 36);
	refuses(() => signer.sign(information(37, { follows: 1 })), /2 is in full operation/);
});

test("what the fleet's addresses serve, and neither the fleet nor its key knows, stops every order", async () => {
	const signer = open(copy());
	const at = folder();
	const fleet = Fleet.create(join(at, "fleet"), {
		fleet: "example",
		begins: "2030-01-01T00:00:00.000Z",
		plan: { validityYears: 20, overlapYears: 5, retention: "for ever" },
		services: ["service.fleet.example"],
		downloadUrl: "https://download-{n}.fleet.example/",
		dlKeys: [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")],
	});
	let served = 0;
	const asked: number[] = [];
	const desk = new FleetDesk({
		fleet,
		year: () => 1,
		signer: () => signer,
		served: async operation => asked.push(operation.full) && served,
	});
	await desk.begin();
	served = 2;
	const refused =
		/serves generation 2; the fleet and its DL key know none above 1: they come from a backup\. .*baton dl restored/;
	await desk.give({ order: "provide" }).then(
		() => assert.unreachable(),
		(error: Error) => assert.match(error.message, refused),
	);
	assert.equal(signer.signed, [1]);
	served = 1;
	assert.equal((await desk.give({ order: "provide" })).signed, [2]);
	assert.equal(asked, [1, 1]);
	served = 0;
	await desk.takeUp();
	assert.is(asked.length, 2, "where nothing is to be signed nobody is asked");
});

test("so many that none is left to sign are not skipped", () => {
	const signer = open(copy());
	refuses(() => signer.restored(1_010, 1), /1023 generations, and none would be left: use the spare/);
	assert.is(signer.last, 0);
});

test("one passphrase opens both halves", async () => {
	const at = folder();
	const signer = await Signer.createHybrid(at, "example", passphrase("correct horse"));
	assert.match(readFileSync(join(at, "dl.key"), "utf8"), /BEGIN ENCRYPTED PRIVATE KEY/);
	const object = signer.sign(information(1));
	assert.equal(Signer.open(at, passphrase("correct horse")).sign(information(1)), object);
	refuses(() => open(at), /encrypted: set BATON_DL_PASSPHRASE/);
});

test("a folder whose public key is lost, or another's, signs nothing", () => {
	const at = copy();
	writeFileSync(join(at, "dl.pub"), "none\n");
	refuses(() => open(at), /dl\.pub: this is no DL public key/);
	const other = folder();
	Signer.create(other, "example");
	cpSync(join(other, "dl.pub"), join(at, "dl.pub"));
	refuses(() => open(at), /dl\.pub: this is another key's/);
	rmSync(join(at, "dl.pub"));
	refuses(() => open(at), /holds no DL signing key: dl\.pub is missing/);
});

test.run();
