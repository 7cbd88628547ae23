import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AccessLog } from "../../host/access-log.js";
import { eventually } from "../eventually.js";
import { flashFolder } from "./device-run.js";

function open() {
	const file = join(flashFolder(), "access.log");
	const log = new AccessLog(file, text => assert.unreachable(text));
	const ask = (peer: string) => log.write({ what: "request", peer, method: "GET", path: "/ca", status: 404 });
	const addresses = (of = file) => [...readFileSync(of, "utf8").matchAll(/^\S+/gm)].map(([address]) => address);
	return { file, log, ask, addresses };
}

test("an address is written as everybody writes it, whatever socket it came by", async () => {
	const { log, ask, addresses } = open();
	for (const peer of ["192.0.2.1:5", "::ffff:192.0.2.2:6", "2001:db8::1:7"]) ask(peer);
	await log.close();
	assert.equal(addresses(), ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
});

test("what was moved away is whole, and a new file goes on", async () => {
	const { file, log, ask, addresses } = open();
	ask("192.0.2.1:1");
	await eventually("the first line is written", () => existsSync(file) && addresses().length === 1);
	renameSync(file, `${file}.1`);
	ask("192.0.2.2:1");
	log.reopen();
	ask("192.0.2.3:1");
	await log.close();
	await eventually("the old one is whole", () => addresses(`${file}.1`).length === 2);
	assert.equal([addresses(`${file}.1`), addresses()], [["192.0.2.1", "192.0.2.2"], ["192.0.2.3"]]);
});

test.run();
