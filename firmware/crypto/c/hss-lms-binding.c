// HSS/LMS as an XS host function: hss-lms.ts has its shape.

#include "binding.h"
#include "hss-lms.h"

void xs_baton_hss_lms_verify(xsMachine *the)
{
	uint8_t *public_key = expect(the, "public key", readable(the, 0), BATON_HSS_LMS_KEY_BYTES);
	Bytes message = readable(the, 1), signature = readable(the, 2);
	xsmcSetBoolean(xsResult,
		signature.length == BATON_HSS_LMS_SIGNATURE_BYTES &&
			baton_hss_lms_verify(public_key, message.at, message.length, signature.at));
}
