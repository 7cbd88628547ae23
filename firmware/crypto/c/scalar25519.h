// Integers around the order L of Ed25519's base point: 8 words of 32 bits, least significant first. Everything here is
// public and takes variable time. Used by ed25519.c only.
#ifndef BATON_SCALAR25519_H
#define BATON_SCALAR25519_H

#include <stdbool.h>
#include <stdint.h>

#define scalar_is_reduced baton_scalar_is_reduced
#define scalar_reduce baton_scalar_reduce
#define scalar_multiply baton_scalar_multiply
#define scalar_negate baton_scalar_negate
#define scalar_make_odd baton_scalar_make_odd
#define scalar_halve baton_scalar_halve

/** Whether s < L. */
bool scalar_is_reduced(const uint32_t s[8]);
/** r = x mod L, for x of 16 words. */
void scalar_reduce(uint32_t r[8], const uint32_t x[16]);
/** r = a b mod L, for any a and b. */
void scalar_multiply(uint32_t r[8], const uint32_t a[8], const uint32_t b[8]);
/** r = L - r, for r ≤ L. */
void scalar_negate(uint32_t r[8]);
/** r = an odd one of r and r + L, for r ≤ L: below 2^254. Only for multiples of points of order L. */
void scalar_make_odd(uint32_t r[8]);
/**
 * Finds c, odd, and d with d ≡ ±c k modulo 8L, for k < L; both have about 128 bits unless k is a freak, which no hash
 * ever is (the result is right for all). Returns true if the sign is -. Why 8L and why odd: ed25519.c.
 */
bool scalar_halve(uint32_t c[8], uint32_t d[8], const uint32_t k[8]);

#endif
