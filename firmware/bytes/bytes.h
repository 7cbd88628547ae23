// The byte layer's loops: nothing of XS, no allocation, no state. No pointer needs alignment.
#ifndef BATON_BYTES_H
#define BATON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Is every byte `value`? */
bool baton_bytes_are(const uint8_t *bytes, size_t length, uint8_t value);

/** ISO 3309 (RFC 1952 §8); `before`: the CRC-32 of what comes before, at the beginning 0. */
uint32_t baton_bytes_crc32(const uint8_t *bytes, size_t length, uint32_t before);

/** The same bytes? Reads all of both: no branch and no address depends on them. */
bool baton_bytes_equal_secrets(const uint8_t *a, const uint8_t *b, size_t length);

/** How many bytes at the beginning are in `set`: that of byte `b` is bit `b % 8` of `set[b / 8]`. */
size_t baton_bytes_span(const uint8_t *bytes, size_t length, const uint8_t set[32]);

#endif
