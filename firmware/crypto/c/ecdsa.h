// ECDSA verification (FIPS 186-5 §6.4.2), in variable time.
#ifndef BATON_ECDSA_H
#define BATON_ECDSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct BatonCurve BatonCurve;
extern const BatonCurve baton_curve256, baton_curve384; // P-256, P-384

/**
 * The key is an uncompressed point, 65 or 97 bytes; of the hash, of any length, the leftmost 32 or 48 bytes count; r and
 * s are big-endian numbers of any length. False, too, for a key that is no point of the curve.
 */
bool baton_ecdsa_verify(const BatonCurve *curve, const uint8_t *public_key, const uint8_t *hash, size_t hash_length,
	const uint8_t *r, size_t r_length, const uint8_t *s, size_t s_length);

#endif
