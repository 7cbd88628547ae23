// What is long: a leaf with a hundred names, and a chain of four as Let's Encrypt sends it, on every board; and how much
// heap that chain takes. Where a build has no P-384 or RSA, keys on P-256 stand in for them; the lengths are printed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { buildSimulator } from "../../boards/simulator/build.js";
import { ApplicationServer } from "../../rehearsal/application-server.js";
import { flashFolder, runOnce, unavailable } from "../host/device-run.js";
import * as make from "../host/tls/certificate-maker.js";
import { LeastHeap } from "../host/tls/least-heap.js";
import { peers } from "../host/tls/peers.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";
import { has } from "./builds.js";
import { generationY } from "./templates.js";

const world = await createWorld();

interface Long {
	name: string;
	anchor: Buffer;
	chain: Buffer[];
	privateKey: make.Party["privateKey"];
}

/** Each name is as long as those of a fleet's service, and the last one is the service's. */
function hundredNames(): Long {
	const root = make.party("root"),
		server = make.party(SERVICE_NAME);
	const names = Array.from({ length: 99 }, (_, i) =>
		make.dns(`unit-${`${i}`.padStart(3, "0")}.plant-of-the-fleet.example`),
	);
	const leaf = make.leaf(root, server, { extensions: make.leafExtensions(...names, make.dns(SERVICE_NAME)) });
	const { privateKey } = server;
	return { name: "a leaf with a hundred names", anchor: make.authority(root), chain: [leaf], privateKey };
}

/** By the CA of which the others are below, so that all four are needed. */
function chainOfFour(): Long {
	const p384 = has("P-384") ? "p384" : "p256",
		rsa = has("RSA") ? "rsa4096" : "p256";
	const { chain, anchors, privateKey } = generationY({ leaf: "p256", issuing: p384, root: p384, older: [p384, rsa] });
	return { name: "a chain of four as Let's Encrypt sends it", anchor: anchors.at(-1)!, chain, privateKey };
}

const four = chainOfFour();
for (const { name, anchor, chain, privateKey } of [hundredNames(), four]) {
	const lengths = `${chain.map(({ length }) => length).join(" + ")} bytes`;
	for (const board of ["node", "simulator", "qemu-rv32"] satisfies BoardName[]) {
		const missing = board === "qemu-rv32" ? await missingTools() : await unavailable(board);
		if (missing) {
			test.skip(`${board}: ${name} [${missing}]`, () => {});
			continue;
		}
		test(`${board}: ${name}`, async () => {
			const [certificate, ...intermediates] = chain;
			const service = await ApplicationServer.open({ credentials: { certificate, privateKey }, intermediates });
			const factory = Buffer.from(world.information(1, { certificate: anchor })).toString("hex");
			const ports = { [SERVICE_NAME]: service.port, [downloadName(1)]: 1 };
			const settings = world.settings(ports, { factory });
			const { told } = await runOnce(board, settings, flashFolder(), board === "simulator" ? "c" : undefined);
			await service.close();
			assert.ok(told.includes("authenticated service 1 current"), `${lengths}: ${told.join("; ")}`);
		});
	}
	test(`${name}: ${lengths}`, () => {
		assert.ok(Math.max(...chain.map(({ length }) => length)) <= 4_608);
	});
}

const LIMIT = 24 * 1_024; // bytes of heap
const noXS = await buildSimulator({ bits: 32 }).then(
	() => undefined,
	(error: Error) => error.message,
);
if (noXS) test.skip(`the heap that a chain of four takes [${noXS}]`, () => {});
else
	test("the heap that a chain of four takes", async () => {
		const node = peers.find(({ title }) => title.startsWith("Node"))!;
		const root = four.anchor;
		const suite = 0x1303;
		const [{ anchor, flight, error }] = await node.exchange(four, suite, [
			{
				host: SERVICE_NAME,
				root: root.toString("base64"),
				suite,
				fragmentLength: 512,
				offerKeyShare: true,
				fixed: true,
			},
		]);
		assert.is(anchor, 0, error);
		const heap = await LeastHeap.with("c");
		try {
			const { added } = heap.ofHandshake(
				{ host: SERVICE_NAME, suite, root: root.toString("hex"), flight: flight! },
				LIMIT,
			);
			const message = four.chain.reduce((sum, { length }) => sum + length, 0);
			console.log(
				`${message} bytes of certificates, C kernel: ${added.chunks} bytes of chunks + ${added.slots} slots = ${added.bytes} bytes`,
			);
			assert.ok(added.bytes < LIMIT, String(added.bytes));
		} finally {
			heap.close();
		}
	});

test.after(() => world.close());
test.run();
