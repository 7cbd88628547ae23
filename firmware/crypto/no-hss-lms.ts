// Stands for hss-lms.ts in a build whose fleet signs with Ed25519 alone: no HSS/LMS signature is ever good.

export const hasHssLms = false;

export function hssLmsIndex(_signature: Uint8Array): number | undefined {
	return undefined;
}

export function hssLmsVerify(_publicKey: Uint8Array, _message: Uint8Array, _signature: Uint8Array): boolean {
	return false;
}
