// SHA-256 of a single block, for whoever hashes so many that he lays out the padding himself: hss-lms.c.
#ifndef BATON_SHA256_H
#define BATON_SHA256_H

#include <stdint.h>

#define sha256_block baton_sha256_block

/** The hash, as words, of a message whose padding (FIPS 180-4 §5.1.1) is in `block` already. */
void sha256_block(uint32_t h[8], const uint8_t block[64]);

#endif
