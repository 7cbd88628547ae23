// ca self-sign: a CA certificate for a key that is elsewhere.

import { certificatePem, selfSignedAuthority } from "../certificate-authority.js";
import { readCommandKey } from "../command-key.js";
import { judgeAuthority } from "../device-judge.js";
import { replaceFile } from "../durable-file.js";
import type { Outcome } from "./verb.js";

const YEAR = 365.2425 * 86_400_000; // ms

export interface SelfSignOptions {
	signer: string;
	publicKey: string; // file
	name: string;
	validity: number; // years
	out: string; // file
}

/** Devices are asked before it is written. Throws OperatorError. */
export function selfSign({ signer, publicKey, name, validity, out }: SelfSignOptions): Outcome {
	const now = Math.floor(Date.now() / 1_000) * 1_000;
	const { certificate } = selfSignedAuthority(readCommandKey({ signer, publicKey })!, {
		name,
		validity: { notBefore: new Date(now), notAfter: new Date(Math.floor((now + validity * YEAR) / 1_000) * 1_000) },
	});
	judgeAuthority(certificate);
	replaceFile(out, certificatePem(certificate));
	return { lines: [`${out}: now baton import --ca-cert ${out} --signer COMMAND`], json: { out, name } };
}
