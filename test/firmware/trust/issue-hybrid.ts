// Issues CA information of a hybrid fleet for tests, on every engine, well-formed or wrong in any part. Its LMS keys have
// 16 leaves that are genuine, of the generations 0 … 15: the others are zero, and sign nothing.

import { concatenate } from "../../../firmware/bytes.js";
import { byteString, textString } from "../../../firmware/cbor.js";
import type { DlKeyPair } from "../../../firmware/trust/dl-key.js";
import type { Fleet } from "../../../firmware/trust/envelope.js";
import { LMS_LEAVES_BYTES, LmsSigner } from "../../../host/lms.js";
import { fromHex } from "../../hex.js";
import { publicKeyOf, sign } from "../../reference/ed25519.js";
import { type Content, dlSeed, FLEET_NAME, map, pairs, spareSeed } from "./issue.js";

/** A DL key with all that is secret of it. */
export interface HybridKey {
	seed: Uint8Array; // Ed25519's
	lms: LmsSigner;
	publicKey: DlKeyPair;
}

function keyOf(seed: Uint8Array, leaves: string[]): HybridKey {
	const all = new Uint8Array(LMS_LEAVES_BYTES);
	all.set(fromHex(leaves.join("")));
	const lms = new LmsSigner(new Uint8Array(40).fill(seed[0]), all);
	return { seed, lms, publicKey: { ed25519: publicKeyOf(seed), lms: lms.publicKey } };
}

/** `makeLmsLeaf` of the key that is 40 times d1, and of the one that is 40 times d2: test/host/lms.test.ts compares them. */
export const LEAVES = [
	"00be37e193be02af33195f4159a31f45a240e1043d86ee139e1affde7091c602d5a6f609046475e64404302e722f5793",
	"23dfd158672a89c19be86abcae58486ee559b0fd850e3b5cef78968b2d6ae9ec6df3d87aa78dc79d1107e452191ab00f",
	"da2ad060166fabad697671660cdd9315fa4f71f884eba2a1a2063f197b16be4eb84b25229072ec07e3b5b20cdffd7273",
	"8cc17387f2b48d9e918b58dc0a0af0bc8aaf24d7749795a1e68399c081ba4cda6d194d27e5cc00a427736f5a5f38a1a7",
	"a9ead90cc1b819f52662010913e28f643bce89fd175121cf359833da9f98294ca889d454dbe2b539fab81d6932cfd9fe",
	"86d5a35a080aa104d51d5b5709a90e28cc249edd1baa966bb9cb42ff51aa666e79e0db7241b4f99452ab3e2d3a835721",
	"d6c556724181a553748e030155afc890d1a9af2678d815bb9d709985103d372f82e610a3afa367af9f238c0e1a7e6f8e",
	"ed1d77f23732b0651acecab5bb95a2c9955d76b1a463c60f45c18426f11e662a1c2ed14df6cb6f4596697244dc1fa858",
];
export const SPARE_LEAVES = [
	"a9f5da115901680f407c0f0e015d2c62573f0bac6845f99d0c83b2f1906319d3f3a808b6007b3bd1b31c041f71fd1bd0",
	"dc65f3791f441cc3dd3e3342b2d780f1ced844a70bb22020203cbb8a255f1ad7e60d866a9585a27d82837e48f072fa79",
	"fbc63dd697e36c486edfe03ea79bc7504107bfeb5df98da7fb258981176c468cdc03b82a0fa3271c478c7fd26c6b652c",
	"787ac070169c37d8b887c3aef0b987a6a5f7371b93357026c6533a136c2d41cc7825fe63f9d3d37f0ab8008799819126",
	"5c93635a79ee7f20f0f1a858e9b86eef0188f90ee161b8a8302a28bbf2fb7a2f01e08ed39825793b51c6d2675a237279",
	"b3886ede7ee136d5cb3d412e0082c4ce20fd2f8874d550c5fa33f33252d9b843fa2607724758dd1abf5c1e1985945e3e",
	"9e161f03426ee9f1891fe883a3bc4102f21c849a92d185fcab6cc6ca64d7bc04c21c10a99022fb299267ac7b764ff681",
	"8bb70dfacb57cad86b68fbf99e67d3824c013ac7093b0ec6ef5aa297ad5032ef01321b1204c3eb0f93dee1c509672694",
];

export const hybridKey = keyOf(dlSeed, LEAVES);
export const hybridSpare = keyOf(spareSeed, SPARE_LEAVES);
export const hybridFleet: Fleet = { name: FLEET_NAME, dlKeys: [hybridKey.publicKey, hybridSpare.publicKey] };

/** What each of the two signers signs, RFC 9052 §4.4, spelled out. */
export function structures(payload: Uint8Array, name = FLEET_NAME): { ed25519: Uint8Array; lms: Uint8Array } {
	const structure = (by: string) =>
		concatenate(
			fromHex("85"),
			textString("Signature"),
			fromHex("40"),
			byteString(fromHex(by)),
			byteString(Uint8Array.from(`baton/ca-information/1/${name}`, character => character.charCodeAt(0))),
			byteString(payload),
		);
	return { ed25519: structure("a10132"), lms: structure("a101382d") };
}

export interface SignatureParts {
	ed25519: Uint8Array;
	lms: Uint8Array;
}

/** Both signatures of a payload. `index`: another one than 1. */
export function signatures(
	payload: Uint8Array,
	{ key = hybridKey, name = FLEET_NAME, index = 1 } = {},
): SignatureParts {
	const message = structures(payload, name);
	return { ed25519: sign(key.seed, message.ed25519), lms: key.lms.sign(index, message.lms) };
}

/** One of the two signers, as the envelope has it. */
export function signer(protectedHeader: string, signature: Uint8Array): Uint8Array {
	return concatenate(fromHex("83"), byteString(fromHex(protectedHeader)), fromHex("a0"), byteString(signature));
}

export function hybridEnvelope(payload: Uint8Array, { ed25519, lms }: SignatureParts): Uint8Array {
	return withSigners(payload, signer("a10132", ed25519), signer("a101382d", lms));
}

/** Any signers at all. */
export function withSigners(payload: Uint8Array, ...signers: Uint8Array[]): Uint8Array {
	return concatenate(fromHex("d8628440a0"), byteString(payload), Uint8Array.of(0x80 | signers.length), ...signers);
}

/** A CA information that a device of `hybridFleet` accepts, unless it is signed by another key or for another fleet. */
export function issueHybrid(content: Content, by: { key?: HybridKey; name?: string; index?: number } = {}): Uint8Array {
	const payload = map(pairs(content));
	return hybridEnvelope(payload, signatures(payload, { index: content.generation, ...by }));
}
