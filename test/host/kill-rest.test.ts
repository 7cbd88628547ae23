// A kill before every change of the disk: of what goes on with keys elsewhere, and after a restore.

import { certifyElsewhere, init, killAtEveryChange, signer } from "./kill.js";

const keyless = [...init, "--ca-cert", "ca.pem"];
const dl = ["dl", "create", "spare", "--fleet", "example", "--classical"];

killAtEveryChange({
	"init with a CA whose key is elsewhere": {
		before: [],
		verb: keyless,
		files: ["fleet/authority/1/download/server.csr", "fleet/authority/1/information.cbor"],
	},
	"ca certificate": {
		before: [keyless, certifyElsewhere],
		verb: ["ca", "certificate", "1", "server.pem"],
		files: ["fleet/authority/1/download/server.pem"],
	},
	"import with a key that a command signs with": {
		before: [init],
		verb: ["import", "--ca-cert", "ca.pem", ...signer],
		force: ["A", "B"],
	},
	"dl restored": { before: [dl], verb: ["dl", "restored", "spare"], files: ["spare/skipped"] },
	"dl whole": { before: [dl, ["dl", "restored", "spare"]], verb: ["dl", "whole", "spare", "--although", "16"] },
	"backed-up": { before: [init], verb: ["backed-up"], files: ["fleet/backed-up"] },
});
