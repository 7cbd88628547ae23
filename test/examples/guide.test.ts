// docs/add-ca-renewal.md: its blocks, in their order, in an empty folder beside this repository, make a project that
// compiles, that has every module it names, and that runs.

import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { test } from "../boards/simulator/simulate.js";
import { eventually } from "../eventually.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";
import { openPageServer } from "./brokers.js";
import { startExample } from "./example.js";

/** The empty folder. In this checkout, since that is where modules of npm's are found. */
const folder = join(root, `build/guide-${process.pid}`);
const guide = readFileSync(join(root, "docs/add-ca-renewal.md"), "utf8");
const world = await createWorld();
mkdirSync(folder, { recursive: true });
for (const [, file, text] of guide.matchAll(/^```\w+ ([\w.]+)\n(.*?)^```$/gms))
	appendFileSync(join(folder, file), text);
test.after(async () => {
	rmSync(folder, { recursive: true });
	await world.close();
});

test("the guide's program compiles as the SDK would, strictly", () => {
	const project = join(folder, "tsconfig.json");
	const { compilerOptions, files } = JSON.parse(readFileSync(join(root, "boards/moddable/tsconfig.json"), "utf8"));
	const boards = join(root, "boards/moddable");
	const paths = Object.entries(compilerOptions.paths as Record<string, string[]>).map(([name, [path]]) => [
		name,
		[join(boards, path)],
	]);
	const config = {
		compilerOptions: { ...compilerOptions, paths: Object.fromEntries(paths) },
		files: [...files.map((file: string) => join(boards, file)), "main.ts"],
	};
	writeFileSync(project, JSON.stringify(config));
	const compiler = join(root, "node_modules/typescript/bin/tsc");
	const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
	assert.is(status, 0, stdout);
});

test("the guide's manifest is that of the example, with this repository beside it", () => {
	const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
	const example = JSON.parse(readFileSync(join(root, "examples/http-client/manifest.json"), "utf8"));
	assert.equal(
		manifest.include.map((path: string) => path.replace("../baton/", "../../")),
		example.include,
	);
	assert.equal([manifest.modules, manifest.preload], [example.modules, example.preload]);
});

test("the guide's program runs, and renews its CA", async () => {
	const credentials = await world.credentials(2, SERVICE_NAME);
	const page = world.keep(await openPageServer(credentials, new Uint8Array(700)));
	const download = await world.downloadServer(1, world.information(2));
	const ports = { [SERVICE_NAME]: page.port, [downloadName(1)]: download.port };
	const device = await startExample(join(folder, "main.ts"), world.settings(ports, { once: false }));
	let ended: unknown;
	void device.ended.then(end => (ended = end));
	await eventually("an answer", () => {
		if (ended) throw new Error(JSON.stringify(ended));
		return device.remarks.includes("# answered");
	});
	device.signal("SIGKILL");
	assert.ok((await device.ended).lines.includes("promoted generation=2"));
});

test.run();
