// What curve256.c and curve384.c make their fields' functions of: one text, compiled for each number of words and prime,
// with all loops unrolled. h, f, g < p; h may be f or g.
#ifndef BATON_CURVE_FIELD_H
#define BATON_CURVE_FIELD_H

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 12")

/** h = t + p if mask is all ones, t if it is 0. */
INLINE void add_prime(uint32_t *h, const uint32_t *t, uint32_t mask, const uint32_t *p, int words)
{
	uint32_t carry = 0;
	UNROLL
	for (int i = 0; i < words; i++) {
		uint64_t sum = (uint64_t)t[i] + (p[i] & mask) + carry;
		h[i] = (uint32_t)sum;
		carry = (uint32_t)(sum >> 32);
	}
}

/** h = t - p if that is not negative or above = 1, else t. t + 2^(32 words) above < 2 p. */
INLINE void reduce_once(uint32_t *h, const uint32_t *t, uint32_t above, const uint32_t *p, int words)
{
	uint32_t s[12], borrow = 0;
	UNROLL
	for (int i = 0; i < words; i++) {
		uint64_t difference = (uint64_t)t[i] - p[i] - borrow;
		s[i] = (uint32_t)difference;
		borrow = (uint32_t)(difference >> 32) & 1;
	}
	add_prime(h, s, above - borrow, p, words); // above = 1 comes with a borrow
}

/** h = p - f. */
INLINE void negate_element(uint32_t *h, const uint32_t *f, const uint32_t *p, int words)
{
	uint32_t borrow = 0;
	UNROLL
	for (int i = 0; i < words; i++) {
		uint64_t difference = (uint64_t)p[i] - f[i] - borrow;
		h[i] = (uint32_t)difference;
		borrow = (uint32_t)(difference >> 32) & 1;
	}
}

INLINE void subtract_elements(uint32_t *h, const uint32_t *f, const uint32_t *g, const uint32_t *p, int words)
{
	uint32_t t[12], borrow = 0;
	UNROLL
	for (int i = 0; i < words; i++) {
		uint64_t difference = (uint64_t)f[i] - g[i] - borrow;
		t[i] = (uint32_t)difference;
		borrow = (uint32_t)(difference >> 32) & 1;
	}
	add_prime(h, t, 0 - borrow, p, words);
}

/** h = f / 2: of f and f + p, one is even. */
INLINE void halve_element(uint32_t *h, const uint32_t *f, const uint32_t *p, int words)
{
	uint32_t t[12], mask = 0 - (f[0] & 1), carry = 0;
	UNROLL
	for (int i = 0; i < words; i++) {
		uint64_t sum = (uint64_t)f[i] + (p[i] & mask) + carry;
		t[i] = (uint32_t)sum;
		carry = (uint32_t)(sum >> 32);
	}
	UNROLL
	for (int i = 0; i < words; i++) h[i] = t[i] >> 1 | (i + 1 < words ? t[i + 1] : carry) << 31;
}

#endif
