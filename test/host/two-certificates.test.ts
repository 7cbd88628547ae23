// A service in the overlap shows both certificates (firmware/DESIGN.md §7), from B's full operation on and not before.

import { execFileSync } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { newerNode, WITHOUT_NEWER_NODE } from "../../host/newer-node.js";

const name =
	"who asks for no ML-DSA is shown A's certificate, until A is revoked; who does, B's, from its full operation on";
if (!newerNode) test.skip(`${name} [${WITHOUT_NEWER_NODE}]`, () => {});
else
	test(name, () => {
		const output = execFileSync(newerNode!, ["bin/run.js", "test/host/two-certificates-command.ts"], {
			cwd: root,
			encoding: "utf8",
		});
		const { logged, ...shown } = JSON.parse(output.trimEnd().split("\n").at(-1)!);
		// to clients that ask for Ed25519, for both, for ML-DSA alone; and at download server 2, whose CA is A
		assert.equal(shown, {
			before: ["CA 1", "CA 1", "handshake failure", "CA 1"],
			both: ["CA 1", "CA 2", "CA 2", "CA 1"],
			after: ["handshake failure", "CA 2", "CA 2", "CA 1"],
		});
		assert.is(logged, "AAAAAABBBB"); // the log says what each was shown
	});

test.run();
