// ECDSA with P-384 as an XS host function: p384.ts has its shape.

#include "binding.h"
#include "ecdsa.h"

void xs_baton_p384_verify(xsMachine *the)
{
	uint8_t *public_key = expect(the, "public key", readable(the, 0), 97);
	Bytes hash = readable(the, 1), r = readable(the, 2), s = readable(the, 3);
	bool good = baton_ecdsa_verify(&baton_curve384, public_key, hash.at, hash.length, r.at, r.length, s.at, s.length);
	xsmcSetBoolean(xsResult, good);
}
