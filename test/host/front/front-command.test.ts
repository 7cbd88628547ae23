// `baton front` as it is typed: what it refuses, and that it says where it listens.

import { type AddressInfo, createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { flashFolder } from "../device-run.js";
import { runInProcess } from "../in-process.js";

const folder = flashFolder();
const init = ["init", "--fleet", "example", "--service", "service.example", "--classical"];
const made = await runInProcess([...init, "--download-url", "https://download-{n}.example/ca"], folder);
assert.is(made.code, 0, made.error);

const taken = createServer();
await new Promise<void>(resolve => taken.listen(0, "127.0.0.1", resolve));
const { port } = taken.address() as AddressInfo;

const by = ["--by", "1=127.0.0.1:9"];
const refused: [parameters: string[], message: RegExp][] = [
	[[], /required option '--by/],
	[["--by", "nonsense"], /expected GENERATION=HOST:PORT/],
	[["--by", "0=a.example:1"], /expected GENERATION=HOST:PORT/],
	[["--by", "1=a.example:0"], /expected GENERATION=HOST:PORT/],
	[["--by", "1=a.example:65536"], /expected GENERATION=HOST:PORT/],
	[["--by", "1=a.example"], /expected GENERATION=HOST:PORT/],
	[["--by", "1=https://a.example:1"], /expected GENERATION=HOST:PORT/],
	[["--by", "2=a.example:1"], /there is no authority 2/],
	[[...by, ...by], /a generation is named twice/],
	[[...by, "--listen", "8443"], /expected ADDRESS:PORT/],
	[[...by, "--listen", "127.0.0.1:70000"], /expected ADDRESS:PORT/],
	[[...by, "--listen", "127.0.0.1:9"], /the front itself listens on 127\.0\.0\.1:9/],
	[["--by", "1=localhost:9", "--listen", "0.0.0.0:9"], /the front itself listens on localhost:9/],
	[["--by", "1=[::1]:9", "--listen", "[::]:9"], /the front itself listens on ::1:9/],
	[[...by, "--listen", `127.0.0.1:${port}`], /cannot listen: .*EADDRINUSE/],
	[[...by, "--listen", "192.0.2.1:0"], /cannot listen: .*EADDRNOTAVAIL/],
	[[...by, "--folder", "nowhere"], /nowhere/],
	[[...by, "more"], /too many arguments/],
];

for (const [parameters, message] of refused)
	test(`exit 2: front ${parameters.join(" ").replace(String(port), "PORT")}`, async () => {
		const { code, error, out } = await runInProcess(["front", ...parameters], folder);
		assert.is(code, 2, error);
		assert.match(error, message);
		assert.not.match(out, /listening/);
	});

test("it says whom it shows and where it listens, and ends when it is told to", async () => {
	const { code, out } = await runInProcess(["front", ...by, "--listen", "127.0.0.1:0"], folder, {}, said => {
		if (/listening on 127\.0\.0\.1:\d+\n$/.test(said)) setImmediate(() => process.emit("SIGTERM"));
	});
	assert.is(code, 0);
	assert.match(out, /shows CA 1 by 127\.0\.0\.1:9\n/);
	assert.match(out, /stopped\n$/);
});

test.after(() => void taken.close());
test.run();
