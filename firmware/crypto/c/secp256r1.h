// ECDH on secp256r1 (SP 800-56A rev. 3 §5.7.1.2), in constant time.
#ifndef BATON_SECP256R1_H
#define BATON_SECP256R1_H

#include <stdbool.h>
#include <stdint.h>

// False, and then the output is not to be used: the secret is not in 1 … n - 1 (one in 2^32 random ones is not), or
// `peer` is no uncompressed point of the curve.
bool baton_secp256r1_public_key(uint8_t public_key[65], const uint8_t secret[32]);
bool baton_secp256r1(uint8_t shared[32], const uint8_t secret[32], const uint8_t peer[65]);

#endif
