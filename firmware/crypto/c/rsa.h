// RSA signature verification (RFC 8017), in variable time.
#ifndef BATON_RSA_H
#define BATON_RSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSA_WORDS 128 // at most: 4096 bits

#define rsa_power baton_rsa_power

typedef struct {
	const uint8_t *modulus; // big-endian, 256 to 512 bytes without leading zeros
	size_t length;
	uint32_t exponent;
} BatonRsaKey;

/**
 * The signature is as long as the modulus. `hash` is SHA-256's, SHA-384's or SHA-512's, told apart by its length: 32, 48
 * or 64 bytes. False, too, for a modulus or an exponent (odd, 3 or more) that no RSA key has.
 */
bool baton_rsa_verify_pkcs1(const BatonRsaKey *key, const uint8_t *hash, size_t hash_length, const uint8_t *signature);
/** With MGF1 of the same hash and a salt as long as the hash. */
bool baton_rsa_verify_pss(const BatonRsaKey *key, const uint8_t *hash, size_t hash_length, const uint8_t *signature);

/**
 * The encoded message, signature^exponent modulo the modulus (RSAVP1, §5.2.2), as long as the modulus, in x's memory.
 * NULL if the key is malformed, the hash is not one of ours, or the signature is not below the modulus. For the two above, and
 * for tests.
 */
uint8_t *rsa_power(uint32_t x[RSA_WORDS], const BatonRsaKey *key, const uint8_t *signature, size_t hash_length);

#endif
