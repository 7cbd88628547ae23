// What the zoo shows: an authority, and a server's certificates from it as the tool's own servers send them.

import type { KeyObject } from "node:crypto";
import { SERVICE_NAME } from "../world.js";

/** The name that every server in the zoo has, unless it says another. */
export const HOST = SERVICE_NAME;

export interface Specimen {
	/** How it was made, as somebody would type it. */
	what: string;
	/** DER of the certificate that CA information is made of. */
	authority: Uint8Array;
	/** DER of what the server sends, its own certificate first. */
	chain: Uint8Array[];
	privateKey: KeyObject;
	/** By design, whatever the build has: the literal reason, and why it is right. */
	refused?: { reason: string; why: string };
	/** A server of the tool's own, at this port of 127.0.0.1; otherwise Node's shows the chain. */
	port?: number;
}

export interface Maker {
	title: string;
	/** Why it cannot be had here; undefined: it can. */
	missing(): string | undefined;
	/** `folder`: its own, empty, with an end. `close`, where there is one, ends what it has started. */
	make(folder: string): Promise<{ specimens: Specimen[]; close?(): Promise<void> }>;
}
