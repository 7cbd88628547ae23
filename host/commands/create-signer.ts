// A new DL signing key: of a hybrid one the tree takes seconds, and is told on the terminal as it grows.

import type { CommandKey } from "../command-key.js";
import { dlPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";

export async function createSigner(
	folder: string,
	fleet: string,
	{ classical, elsewhere }: { classical?: boolean; elsewhere?: CommandKey },
): Promise<Signer> {
	if (classical) return Signer.create(folder, fleet, dlPassphrase, elsewhere);
	const { stderr } = process;
	const tell = (text: string) => stderr.isTTY && stderr.write(`\r${text}`);
	const onProgress = (share: number) => void tell(`the DL key's tree: ${Math.round(100 * share)} %`);
	const signer = await Signer.createHybrid(folder, fleet, dlPassphrase, onProgress, elsewhere);
	tell("\x1b[K");
	return signer;
}
