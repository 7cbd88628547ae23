// No test's result may depend on how busy the machine is. A test waits for an event, however long that takes, and is
// bounded by inputs and counts. The one bound in seconds only ends what hangs, so that it fails with a word; it is far
// beyond what the slowest machine needs, and no passing test comes near it.

export const HANG_GUARD = 600_000; // ms

/** Waits until `condition` holds. */
export async function eventually(what: string, condition: () => unknown): Promise<void> {
	for (const end = performance.now() + HANG_GUARD; !(await condition()); ) {
		if (performance.now() > end) throw new Error(`it never happened: ${what}`);
		await new Promise(resolve => setTimeout(resolve, 10));
	}
}
