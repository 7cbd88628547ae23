// Unsigned integers of any number of 32-bit words, least significant first, and Montgomery's multiplication modulo an
// odd one. No branch and no address depends on a value, except in `number_is_less`. Used by the curves and by rsa.c.
#ifndef BATON_NUMBERS_H
#define BATON_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define number_load baton_number_load
#define number_store baton_number_store
#define number_is_zero baton_number_is_zero
#define number_is_less baton_number_is_less
#define number_subtract baton_number_subtract
#define number_add_products baton_number_add_products
#define number_multiply baton_number_multiply
#define montgomery_inverse baton_montgomery_inverse
#define montgomery_reduce baton_montgomery_reduce

/** From `length` ≤ 4 `words` bytes, big-endian. */
void number_load(uint32_t *x, int words, const uint8_t *bytes, size_t length);
/** To `length` ≤ 4 `words` bytes, big-endian: x modulo 2^(8 length). */
void number_store(uint8_t *bytes, size_t length, const uint32_t *x);
bool number_is_zero(const uint32_t *x, int words);
bool number_is_less(const uint32_t *x, const uint32_t *y, int words);
/** h = x - y modulo 2^(32 words). Returns the borrow, 0 or 1. Any of them may be the same. */
uint32_t number_subtract(uint32_t *h, const uint32_t *x, const uint32_t *y, int words);
/**
 * h += (f0 + 2^32 f1) x + carry, for h and x of `words` words, an even number. Returns the carry of 64 bits, which
 * belongs to the two words above. Loads and stores half as often as one product after the other: RSA spends its time
 * here.
 */
uint64_t number_add_products(uint32_t *h, const uint32_t *x, int words, uint32_t f0, uint32_t f1, uint32_t carry);
/** product = x y, of 2 `words` words, for an even number of words. */
void number_multiply(uint32_t *product, const uint32_t *x, const uint32_t *y, int words);
/** -1 / m modulo 2^32, for an odd m. */
uint32_t montgomery_inverse(uint32_t m);
/**
 * h = t / 2^(32 words) modulo m, less than m, for t < 2^(32 words) m and an even number of words. `inverse` is of m's
 * lowest word. Overwrites t.
 */
void montgomery_reduce(uint32_t *h, uint32_t *t, const uint32_t *m, int words, uint32_t inverse);

#endif
