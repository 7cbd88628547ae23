// ML-DSA-44 (FIPS 204): a module that a build can leave out.
#ifndef BATON_ML_DSA_44_H
#define BATON_ML_DSA_44_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATON_ML_DSA_44_KEY_BYTES 1312
#define BATON_ML_DSA_44_SIGNATURE_BYTES 2420

/** Pure ML-DSA.Verify with the empty context string. Any bytes are taken; only a good signature is true. */
bool baton_ml_dsa_44_verify(const uint8_t public_key[BATON_ML_DSA_44_KEY_BYTES], const uint8_t *message, size_t length,
	const uint8_t signature[BATON_ML_DSA_44_SIGNATURE_BYTES]);

#endif
