// ML-DSA-44 as an XS host function: ml-dsa-44.ts has its shape.

#include "binding.h"
#include "ml-dsa-44.h"

void xs_baton_ml_dsa_44_verify(xsMachine *the)
{
	uint8_t *public_key = expect(the, "public key", readable(the, 0), BATON_ML_DSA_44_KEY_BYTES);
	Bytes message = readable(the, 1), signature = readable(the, 2);
	xsmcSetBoolean(xsResult,
		signature.length == BATON_ML_DSA_44_SIGNATURE_BYTES &&
			baton_ml_dsa_44_verify(public_key, message.at, message.length, signature.at));
}
