// ML-KEM-768 as XS host functions: ml-kem-768.ts has their shapes.

#include "binding.h"
#include "ml-kem-768.h"
#include <stdbool.h>

void xs_baton_ml_kem_768_generate(xsMachine *the)
{
	uint8_t *private_key = expect(the, "private key", writable(the, 0), BATON_ML_KEM_768_PRIVATE_KEY_BYTES);
	uint8_t *encapsulation_key = expect(the, "encapsulation key", writable(the, 1), BATON_ML_KEM_768_KEY_BYTES);
	baton_ml_kem_768_generate(private_key, encapsulation_key, expect(the, "seed", readable(the, 2), 64));
}

void xs_baton_ml_kem_768_decapsulate(xsMachine *the)
{
	uint8_t *shared = expect(the, "shared secret", writable(the, 0), 32);
	uint8_t *private_key = expect(the, "private key", readable(the, 1), BATON_ML_KEM_768_PRIVATE_KEY_BYTES);
	Bytes ciphertext = readable(the, 2);
	const bool good = ciphertext.length == BATON_ML_KEM_768_CIPHERTEXT_BYTES;
	if (good) baton_ml_kem_768_decapsulate(shared, private_key, ciphertext.at);
	xsmcSetBoolean(xsResult, good);
}
