// A kill before every change of the disk: of what changes a fleet, signs for it, and carries it away.

import { hybrid, init, issue, killAtEveryChange, offline, sign1 } from "./kill.js";

killAtEveryChange({
	"take-over": { before: [init, issue], verb: ["take-over", "--yes"], force: ["B"] },
	"revoke, alone": { before: [init], verb: ["revoke", "1"], force: ["B"] },
	"revoke, of a hybrid fleet": { before: [hybrid], verb: ["revoke", "1"], force: ["B"] },
	"revoke, with B": { before: [init, issue], verb: ["revoke", "1"], force: ["B"] },
	"revoke B": { before: [init, issue], verb: ["revoke", "2"], force: ["A", "B′"] },
	reissue: { before: [init, issue], verb: ["reissue", "1"], force: ["A", "B"] },
	restored: { before: [init, issue], verb: ["restored", "--above", "5"], force: ["A", "B"] },
	erase: { before: [init, ["provision", "device"]], verb: ["erase", "device", "--yes"], files: ["device/ca0"] },
	"server-cert": {
		before: [init],
		verb: ["server-cert", "service.csr", "--out", "s.pem"],
		force: ["A"],
		files: ["s.pem"],
	},
	sign: { before: offline, verb: sign1, files: ["1.cbor"] },
	"ca accept": { before: [...offline, sign1], verb: ["ca", "accept", "1.cbor"], force: ["A"] },
	"dl create": {
		before: [],
		verb: ["dl", "create", "spare", "--fleet", "example", "--classical"],
		files: ["spare/dl.pub"],
	},
	"dl adopt": {
		before: [init, ["dl", "create", "spare", "--fleet", "example", "--classical"]],
		verb: ["dl", "adopt", "fleet/authority/1/information.cbor", "--dl", "spare", "--dl-key", "fleet/dl/dl.pub"],
		files: ["spare/signed/1"],
	},
	provision: { before: [init], verb: ["provision", "device"], files: ["device/ca0", "device/factory.cbor"] },
	export: { before: [init, issue], verb: ["export", "static"], files: ["static/nginx.conf"] },
});
