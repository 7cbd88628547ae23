// Key exchange on secp256r1 as XS host functions: secp256r1.ts has their shapes.

#include "binding.h"
#include "secp256r1.h"

void xs_baton_secp256r1_public_key(xsMachine *the)
{
	uint8_t *public_key = expect(the, "public key", writable(the, 0), 65);
	uint8_t *secret = expect(the, "secret", readable(the, 1), 32);
	xsmcSetBoolean(xsResult, baton_secp256r1_public_key(public_key, secret));
}

void xs_baton_secp256r1(xsMachine *the)
{
	uint8_t *shared = expect(the, "shared secret", writable(the, 0), 32);
	uint8_t *secret = expect(the, "secret", readable(the, 1), 32);
	uint8_t *peer = expect(the, "peer's share", readable(the, 2), 65);
	xsmcSetBoolean(xsResult, baton_secp256r1(shared, secret, peer));
}
