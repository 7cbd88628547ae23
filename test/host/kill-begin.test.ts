// A kill before every change of the disk: of what begins a fleet, and provides an authority.

import { imported, init, issue, killAtEveryChange, offline, sign1 } from "./kill.js";

killAtEveryChange({
	init: { before: [], verb: init, force: ["A"] },
	"init with an authority made elsewhere": {
		before: [],
		verb: [...init, "--ca-cert", "ca.pem", "--ca-key", "ca.key"],
		force: ["A"],
	},
	"init with the DL key elsewhere": {
		before: [offline[0]],
		verb: offline[1],
		files: ["fleet/authority/1/to-sign.cbor"],
	},
	"ca issue": { before: [init], verb: issue, force: ["A", "B"] },
	"ca issue with the DL key elsewhere": {
		before: [...offline, sign1, ["ca", "accept", "1.cbor"]],
		verb: issue,
		files: ["fleet/authority/2/to-sign.cbor"],
	},
	import: { before: [init], verb: imported, force: ["A", "B"] },
});
