// Who is at work here, as far as the system tells: for others to read in locks and logs.

import { hostname, userInfo } from "node:os";

/** Whoever became somebody else by sudo is told as he was before. */
export function userName(): string {
	if (process.env.SUDO_USER) return process.env.SUDO_USER;
	try {
		return userInfo().username;
	} catch {
		return "unknown"; // a container's user without a name
	}
}

export function hostName(): string {
	return hostname();
}
