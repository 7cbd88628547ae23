// The byte layer's loops: nothing of XS, no allocation, no state. No pointer needs alignment.
#ifndef BATON_BYTES_H
#define BATON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether every byte is `value`. */
bool baton_bytes_are(const uint8_t *bytes, size_t length, uint8_t value);

/** ISO 3309 (RFC 1952 §8); `before`: the CRC-32 of what comes before, at the beginning 0. */
uint32_t baton_bytes_crc32(const uint8_t *bytes, size_t length, uint32_t before);

/** Why there is no DER element. */
enum { BATON_DER_TRUNCATED = -1, BATON_DER_OTHER_TAG = -2, BATON_DER_NOT_MINIMAL = -3 };

/** How long the DER element at the beginning is, which has `tag`; or what is wrong with it. */
int32_t baton_bytes_der_end(const uint8_t *bytes, size_t length, uint8_t tag);

/** Whether these are the content of a DER object identifier. */
bool baton_bytes_der_identifier(const uint8_t *bytes, size_t length);

/** Whether both are the same bytes. Reads all of both: no branch and no address depends on them. */
bool baton_bytes_equal_secrets(const uint8_t *a, const uint8_t *b, size_t length);

/** How many bytes at the beginning are in `set`: that of byte `b` is bit `b % 8` of `set[b / 8]`. */
size_t baton_bytes_span(const uint8_t *bytes, size_t length, const uint8_t set[32]);

#endif
