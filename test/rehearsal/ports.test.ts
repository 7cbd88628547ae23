import { connect, createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { reservePorts } from "../../rehearsal/ports.js";

test("nobody has a block that another one uses; nothing listens in it; released, it is free", async () => {
	const blocks = await Promise.all(Array.from({ length: 20 }, reservePorts));
	const all = blocks.flatMap(({ ports }) => ports);
	assert.is(new Set(all).size, 20 * 15);
	assert.is(await connecting(blocks[0].ports[3]), "ECONNREFUSED");
	const lock = blocks[0].ports[0] - 1;
	assert.is(await listening(lock), "EADDRINUSE");
	for (const { release } of blocks) release();
	assert.is(await connecting(lock), "ECONNREFUSED");
});

function connecting(port: number): Promise<string | undefined> {
	return new Promise(resolve => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy();
			resolve(undefined);
		});
		socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
	});
}

function listening(port: number): Promise<string | undefined> {
	return new Promise(resolve => {
		const server = createServer();
		server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(undefined)));
	});
}

test.run();
