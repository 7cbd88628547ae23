// The scenarios' names, in the order in which `all` runs them: apart, because showing help should load nothing else.

export const scenarioNames = [
	"normal",
	"revoked-before",
	"revoked-after-stored",
	"revoked-after-unstored",
	"revoked-next",
	"single-authority",
	"missed-generations",
	"shelf",
	"half-rollout",
	"download-server-down",
	"lost-current",
	"post-quantum",
	"dl-key-change",
] as const;

/** Thousands of devices at once: a program of its own (rehearsal/herd). */
export const HERD_NAME = "thundering-herd";
