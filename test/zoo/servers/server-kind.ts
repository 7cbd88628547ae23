// What a server of the zoo is told, and what it is when it runs.

export interface Shown {
	/** The name by which a client asks for it; each server shows several. */
	host: string;
	/** PEM: all certificates, its own first. */
	certificates: string;
	/** PEM: what follows its own; undefined: nothing. */
	others: string | undefined;
	key: string;
	/** PEM: certificates and key. */
	combined: string;
}

export interface Setup {
	/** Its own, with an end. */
	folder: string;
	shown: Shown[];
	/** A folder with `index.html` and `ca-information`. */
	documents: string;
	/** Whether it is to send records as small as it can be told to. */
	small: boolean;
}

export interface Running {
	port(host: string): number;
	close(): Promise<void>;
}

export interface ServerKind {
	title: string;
	/** How its records become small. */
	small: string;
	/** False: it has a page of its own and no other, so it is no download server. */
	servesFiles: boolean;
	/** Why it cannot be had here; undefined: it can. */
	missing(): string | undefined;
	start(setup: Setup): Promise<Running>;
}

/** Where a server has no setting for small records, what it says is passed on in pieces of so many bytes. */
export const PIECE = 64;
