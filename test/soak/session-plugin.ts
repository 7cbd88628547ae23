// Puts test/soak/session.ts in the place of firmware/session.ts, for the two units that begin sessions.

import { join } from "node:path";
import type { Plugin } from "esbuild";
import { root } from "../../boards/bundle.js";

export const soakSession: Plugin = {
	name: "soak-session",
	setup({ onResolve }) {
		onResolve({ filter: /\/session\.js$/ }, ({ importer }) =>
			/\/firmware\/(updater|authenticator)\.ts$/.test(importer)
				? { path: join(root, "test/soak/session.ts") }
				: undefined,
		);
	},
};
