// An implementation that is wrong, for cases.test.ts.

export function sha256() {
	return () => new Uint8Array(32);
}
