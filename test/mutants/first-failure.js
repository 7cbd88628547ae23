// Loaded before the tests of a mutant (`node --import`): the first test that fails ends them, and is named. What they
// took of the processor is said at the end.
import { test } from "uvu";

let state = {};
test.before.each(context => {
	state = context; // the same one for all files of a process
});

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...more) => {
	if (!String(text).startsWith("✘")) return write(text, ...more);
	write(`\nfailed: ${state.__test__}\n`);
	process.exit(1);
};
process.on("exit", () => {
	const { user, system } = process.cpuUsage(); // µs
	write(`processor: ${((user + system) / 1e6).toFixed(1)} s\n`);
});
