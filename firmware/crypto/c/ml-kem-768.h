// ML-KEM-768 (FIPS 203), the side that makes a key and decapsulates: a module that a build can leave out.
#ifndef BATON_ML_KEM_768_H
#define BATON_ML_KEM_768_H

#include <stdint.h>

/** A private key is ρ, σ, z and H(ek), 32 bytes each: what decapsulation is made from again. */
#define BATON_ML_KEM_768_PRIVATE_KEY_BYTES 128
#define BATON_ML_KEM_768_KEY_BYTES 1184
#define BATON_ML_KEM_768_CIPHERTEXT_BYTES 1088

/** ML-KEM.KeyGen_internal (Algorithm 16) of d and z, random and secret, 32 bytes each. */
void baton_ml_kem_768_generate(uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES],
	uint8_t encapsulation_key[BATON_ML_KEM_768_KEY_BYTES], const uint8_t d_z[64]);
/** The part of it that comes after ρ and σ: of these makes ek and H(ek). The time depends on ρ, which is public. */
void baton_ml_kem_768_expand(
	uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES], uint8_t encapsulation_key[BATON_ML_KEM_768_KEY_BYTES]);
/** ML-KEM.Decaps (Algorithm 18). A ciphertext that is not this key's gives other 32 bytes, in the same time. */
void baton_ml_kem_768_decapsulate(uint8_t shared[32], const uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES],
	const uint8_t ciphertext[BATON_ML_KEM_768_CIPHERTEXT_BYTES]);

#endif
