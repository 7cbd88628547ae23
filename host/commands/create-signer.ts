// A new DL signing key: of a hybrid one the tree takes seconds, and is told on the terminal as it grows.

import { dlPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";

export async function createSigner(folder: string, fleet: string, classical = false): Promise<Signer> {
	if (classical) return Signer.create(folder, fleet, dlPassphrase);
	const { stderr } = process;
	const tell = (text: string) => stderr.isTTY && stderr.write(`\r${text}`);
	const signer = await Signer.createHybrid(folder, fleet, dlPassphrase, share =>
		tell(`the DL key's tree: ${Math.round(100 * share)} %`),
	);
	tell("\x1b[K");
	return signer;
}
