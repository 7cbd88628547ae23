// A refusal is an error of a certain kind with a literal reason, and nothing else will do.

import * as assert from "uvu/assert";

type Kind = abstract new (...parameters: any[]) => Error & { reason: string };

export function refusedAs(kind: Kind, reason: string, attempt: () => unknown): void {
	try {
		attempt();
	} catch (error) {
		if (!(error instanceof kind)) throw error;
		assert.is(error.reason, reason);
		return;
	}
	assert.unreachable(`expected "${reason}", but it was accepted`);
}
