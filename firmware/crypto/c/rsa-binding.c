// RSA signatures as XS host functions: rsa.ts has their shapes.

#include "binding.h"
#include "rsa.h"

static bool verify(xsMachine *the, bool (*scheme)(const BatonRsaKey *, const uint8_t *, size_t, const uint8_t *))
{
	const double exponent = xsmcToNumber(xsArg(1)); // first: of an object, this would run JavaScript
	Bytes modulus = readable(the, 0), hash = readable(the, 2), signature = readable(the, 3);
	if (modulus.length < 256 || modulus.length > 512) {
		xsRangeError("modulus: expected 256 to 512 bytes, got %d", (int)modulus.length);
	}
	if (hash.length != 32 && hash.length != 48 && hash.length != 64) {
		xsRangeError("hash: expected 32, 48 or 64 bytes, got %d", (int)hash.length);
	}
	if (!(exponent >= 3 && exponent <= UINT32_MAX) || signature.length != modulus.length) return false;
	BatonRsaKey key = {modulus.at, modulus.length, (uint32_t)exponent};
	return scheme(&key, hash.at, hash.length, signature.at);
}

void xs_baton_rsa_verify_pkcs1(xsMachine *the)
{
	xsmcSetBoolean(xsResult, verify(the, baton_rsa_verify_pkcs1));
}

void xs_baton_rsa_verify_pss(xsMachine *the)
{
	xsmcSetBoolean(xsResult, verify(the, baton_rsa_verify_pss));
}
