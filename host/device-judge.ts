// What devices make of what is about to be signed, issued, provisioned or served: the host does not judge by itself, it
// asks the firmware's own readers, and gives the device's reason. What a build of the firmware leaves out (P-256, say)
// cannot be seen from here: it is judged by all that there is.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { RefusedError } from "../firmware/errors.js";
import { VerifiedCaInformation } from "../firmware/trust/ca-information.js";
import { readDlKey as readBurntIn } from "../firmware/trust/dl-key.js";
import { type HttpsURL, type HttpURL, parseMirrorURL, parseURL } from "../firmware/url.js";
import { readTrustAnchor, type TrustAnchor, verifyPath } from "../firmware/x509/path.js";
import { handshakeSchemes } from "../firmware/x509/signature-algorithm.js";
import { decodePayload } from "./ca-information.js";
import { type DlKey, rawPublicKey } from "./dl-key.js";
import { type DlPrivateKey, publicHalf, seal } from "./dl-private-key.js";
import { LMS_INDICES, LMS_LEAVES_BYTES, LMS_PRIVATE_KEY_BYTES, LmsSigner, makeLmsLeaf } from "./lms.js";
import { OperatorError } from "./operator-error.js";

/** A CA certificate as CA information carries it. Throws OperatorError. */
export function judgeAuthority(certificate: Uint8Array): TrustAnchor {
	return judge("this CA certificate", () => readTrustAnchor(certificate));
}

/** Of a service, or the first of a CA information's addresses. Throws OperatorError. */
export function judgeURL(url: string): HttpsURL {
	return judge(url, () => parseURL(url));
}

/** Of a mirror: http too. Throws OperatorError. */
export function judgeMirrorURL(url: string): HttpURL {
	return judge(url, () => parseMirrorURL(url));
}

/** A service's name, with a port if it is not 443: gives both. Throws OperatorError. */
export function judgeService(service: string): { host: string; port: number } {
	const { host, port, path } = judgeURL(`https://${service}`);
	if (path !== "/" || service.endsWith("/"))
		throw new OperatorError(`${service}: expected a name, with a port if need be, and not a URL`);
	return { host, port };
}

/** Who can be reached at a URL: a ClientHello carries no more than that, and a certificate even less. */
export function hostAndPort({ host, port }: Pick<HttpURL, "host" | "port">): string {
	return `${host}:${port}`;
}

/** What a server would present, the leaf first, to a device that trusts `anchor`. Throws OperatorError. */
export function judgeServer(presented: readonly Uint8Array[], name: string, anchor: TrustAnchor): void {
	judgeURL(`https://${name}/`); // a name that no URL can have is asked for by nobody
	const { publicKey } = judge(`this certificate for ${name}`, () =>
		verifyPath(presented, name.toLowerCase(), [anchor]),
	);
	const offered = handshakeSchemes([anchor.publicKey.algorithm]);
	if (!offered.some(({ key }) => key === publicKey.algorithm))
		throw new OperatorError(
			`devices refuse this certificate for ${name}: of a CA with another key they ask for no ${publicKey.algorithm} key`,
		);
}

/** A whole CA information. Throws OperatorError. */
export function judgeInformation(
	object: Uint8Array,
	fleet: string,
	dlKeys: readonly DlKey[],
	retired: readonly DlKey[] = [],
): VerifiedCaInformation {
	const burntIn = (key: DlKey) => readBurntIn(rawPublicKey(key))!;
	return judge("this CA information", () =>
		VerifiedCaInformation.verify(object, {
			name: fleet,
			dlKeys: dlKeys.map(burntIn),
			retiredDlKeys: retired.map(burntIn),
		}),
	);
}

/**
 * A payload before it is signed by a DL key, of a hybrid fleet or of a classical one: under a key that is forgotten at
 * once it is read as a whole. Throws OperatorError.
 */
export function judgePayload(payload: Uint8Array, fleet: string, isHybrid: boolean): VerifiedCaInformation {
	const ed25519 = generateKeyPairSync("ed25519").privateKey;
	const key: DlPrivateKey = isHybrid ? { ed25519, lms: keyOfOneIndex(decodePayload(payload).generation) } : { ed25519 };
	return judgeInformation(seal(payload, fleet, key), fleet, [publicHalf(key)]);
}

/** Signs with this index alone: its tree has no other leaf. */
function keyOfOneIndex(index: number): LmsSigner {
	if (index >= LMS_INDICES)
		throw new OperatorError(`generation ${index}: a hybrid DL key signs ${LMS_INDICES - 1} at most`);
	const secret = randomBytes(LMS_PRIVATE_KEY_BYTES);
	const leaves = new Uint8Array(LMS_LEAVES_BYTES);
	leaves.set(makeLmsLeaf(secret, index), index * (LMS_LEAVES_BYTES / LMS_INDICES));
	return new LmsSigner(secret, leaves);
}

function judge<Read>(what: string, read: () => Read): Read {
	try {
		return read();
	} catch (error) {
		if (error instanceof RefusedError) throw new OperatorError(`devices refuse ${what}: ${error.reason}`);
		throw error;
	}
}
