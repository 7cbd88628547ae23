// A URL as nginx serves it from a file: what its configuration, or a file's name, could take for something else is
// refused, when a fleet begins and not when it is exported, years later.

import type { HttpURL } from "../firmware/url.js";
import { OperatorError } from "./operator-error.js";

/** The path of the file below the server's own folder. Throws OperatorError. */
export function staticFile({ path, host }: Pick<HttpURL, "path" | "host">): string {
	if (!/^[\w.~/-]+$/.test(path))
		throw new OperatorError(
			`https://${host}${path}: cannot be a file that a web server serves: letters, digits and . _ ~ - / alone, no query`,
		);
	if (path.split("/").some(part => part === ".." || part === "."))
		throw new OperatorError(`https://${host}${path}: cannot be a file: . and .. lead elsewhere`);
	return path.endsWith("/") ? `${path}index` : path;
}
