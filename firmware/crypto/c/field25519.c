// Arithmetic modulo 2^255 - 19 on eight 32-bit words: see field25519.h for the bounds. Written for cores with a
// 32 × 32 → 64-bit multiplication and no carry flag (rv32im, Xtensa): saturated words need the fewest products.

#include "field25519.h"
#include "inverse.h"
#include "words.h"

#define UNROLL_8 _Pragma("GCC unroll 8")

// In words and unrolled: a compiler would make calls of memcpy and memset of these, which in small C libraries go byte
// by byte.

void field_copy(uint32_t h[8], const uint32_t f[8])
{
	UNROLL_8
	for (int i = 0; i < 8; i++) h[i] = f[i];
}

void field_small(uint32_t h[8], uint32_t value)
{
	h[0] = value;
	UNROLL_8
	for (int i = 1; i < 8; i++) h[i] = 0;
}

void field_load(uint32_t h[8], const uint8_t bytes[32])
{
	for (int i = 0; i < 8; i++) h[i] = load32_le(bytes + 4 * i);
	h[7] &= 0x7fffffff;
}

/**
 * h ≡ r modulo p, for any r below 2^512. The uppermost word goes first, so that its excess over 2^255, which is worth
 * 19 for each 2^255, enters at the bottom and one pass of carries is enough.
 */
static inline __attribute__((always_inline)) void fold(uint32_t h[8], const uint32_t r[16])
{
	uint64_t t = (uint64_t)r[15] * 38 + r[7]; // < 39 × 2^32
	uint32_t top = (uint32_t)t & 0x7fffffff;
	uint64_t c = (t >> 31) * 19; // ≤ 77 × 19
	UNROLL_8
	for (int i = 0; i < 7; i++) {
		c += (uint64_t)r[i + 8] * 38 + r[i]; // ≤ 39 (2^32 - 1) + 1463: the carry is ≤ 39
		h[i] = (uint32_t)c;
		c >>= 32;
	}
	h[7] = top + (uint32_t)c; // ≤ 2^31 - 1 + 39
}

void field_multiply(uint32_t h[8], const uint32_t f[8], const uint32_t g[8])
{
	uint32_t r[16];
	uint64_t t = 0;
	UNROLL_8
	for (int j = 0; j < 8; j++) {
		t += (uint64_t)f[0] * g[j]; // ≤ (2^32 - 1)^2 + 2^32 - 1
		r[j] = (uint32_t)t;
		t >>= 32;
	}
	r[8] = (uint32_t)t;
	UNROLL_8
	for (int i = 1; i < 8; i++) {
		uint32_t carry = 0;
		UNROLL_8
		for (int j = 0; j < 8; j++) {
			t = (uint64_t)f[i] * g[j] + r[i + j] + carry; // ≤ (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
			r[i + j] = (uint32_t)t;
			carry = (uint32_t)(t >> 32);
		}
		r[i + 8] = carry;
	}
	fold(h, r);
}

/** 28 products f[i] f[j], i < j, once; then twice their sum plus the 8 squares. */
static inline __attribute__((always_inline)) void square(uint32_t h[8], const uint32_t f[8])
{
	uint32_t r[16];
	uint32_t carry = 0;
	r[0] = 0;
	UNROLL_8
	for (int j = 1; j < 8; j++) {
		uint64_t t = (uint64_t)f[0] * f[j] + carry;
		r[j] = (uint32_t)t;
		carry = (uint32_t)(t >> 32);
	}
	r[8] = carry;
	UNROLL_8
	for (int i = 1; i < 7; i++) {
		carry = 0;
		UNROLL_8
		for (int j = i + 1; j < 8; j++) {
			uint64_t t = (uint64_t)f[i] * f[j] + r[i + j] + carry; // ≤ 2^64 - 1, as above
			r[i + j] = (uint32_t)t;
			carry = (uint32_t)(t >> 32);
		}
		r[i + 8] = carry;
	}
	r[15] = 0;
	uint32_t above = 0; // the bit that doubling shifts out of the word below
	uint64_t c = 0;
	UNROLL_8
	for (int i = 0; i < 8; i++) {
		uint32_t low = r[2 * i] << 1 | above;
		uint32_t high = r[2 * i + 1] << 1 | r[2 * i] >> 31;
		above = r[2 * i + 1] >> 31;
		c += (uint64_t)f[i] * f[i] + low; // ≤ (2^32 - 1)^2 + 2^32 - 1 + carry 1
		r[2 * i] = (uint32_t)c;
		c = (c >> 32) + high;
		r[2 * i + 1] = (uint32_t)c;
		c >>= 32;
	}
	fold(h, r);
}

/** The square of f, then of what stands `step` words further on: 0: the last result. Saves registers once for all. */
static void squares(uint32_t *h, const uint32_t *f, int n, int step)
{
	do {
		square(h, f);
		h += step;
		f = h;
	} while (--n > 0);
}

void field_square(uint32_t h[8], const uint32_t f[8])
{
	squares(h, f, 1, 0);
}

void field_square_each(uint32_t (*h)[8], int n)
{
	squares(*h, *h, n, 8);
}

void field_square_times(uint32_t h[8], const uint32_t f[8], int n)
{
	squares(h, f, n, 0);
}

// In sums and differences the excess over 2^255 is found from the two uppermost words alone, before the carries from
// below are known; so it may be wrong by a little, which bound I leaves room for.

void field_add(uint32_t h[8], const uint32_t f[8], const uint32_t g[8])
{
	uint32_t excess = ((f[7] >> 1) + (g[7] >> 1)) >> 30; // ≤ 3
	uint32_t top = f[7] + g[7] - (excess << 31); // 2 × ((…) mod 2^30) + at most 2: ≤ 2^31
	uint32_t c = 19 * excess;
	UNROLL_8
	for (int i = 0; i < 7; i++) {
		uint64_t t = (uint64_t)f[i] + g[i] + c; // < 2^33 + 57: the carry is ≤ 2
		h[i] = (uint32_t)t;
		c = (uint32_t)(t >> 32);
	}
	h[7] = top + c;
}

/**
 * How often 2^255 must be added to f - g: 0, 1 or 2, from v = ⌊f7/2⌋ - ⌊g7/2⌋ - 20 with f7, g7 ≤ 2^31 + 39 (bound I),
 * so that -2^30 - 39 ≤ v ≤ 2^30 - 1. top = f7 - g7 + 2^31 n, and a borrow of at most 2 comes from below:
 *   n = 0: v ≥ 0, f7 - g7 ≥ 39:                              39 ≤ top ≤ 2^31 + 39
 *   n = 1: -2^30 ≤ v < 0, -2^31 + 39 ≤ f7 - g7 ≤ 39:         39 ≤ top ≤ 2^31 + 39
 *   n = 2: v < -2^30, -2^31 - 39 ≤ f7 - g7 ≤ -2^31 + 39:     2^31 - 39 ≤ top ≤ 2^31 + 39
 */
static inline uint32_t shortfall(uint32_t f7, uint32_t g7)
{
	int32_t v = (int32_t)((f7 >> 1) - (g7 >> 1) - 20);
	return (uint32_t) - (v >> 30);
}

void field_subtract(uint32_t h[8], const uint32_t f[8], const uint32_t g[8])
{
	uint32_t n = shortfall(f[7], g[7]);
	uint32_t top = f[7] - g[7] + (n << 31);
	uint32_t c = 19 * n; // what is still to be subtracted
	UNROLL_8
	for (int i = 0; i < 7; i++) {
		uint32_t x = f[i] - g[i];
		uint32_t borrow = (f[i] < g[i]) + (x < c);
		h[i] = x - c;
		c = borrow; // ≤ 2
	}
	h[7] = top - c;
}

void field_add_subtract(uint32_t sum[8], uint32_t difference[8], const uint32_t f[8], const uint32_t g[8])
{
	uint32_t excess = ((f[7] >> 1) + (g[7] >> 1)) >> 30;
	uint32_t sum_top = f[7] + g[7] - (excess << 31);
	uint32_t c = 19 * excess;
	uint32_t n = shortfall(f[7], g[7]);
	uint32_t difference_top = f[7] - g[7] + (n << 31);
	uint32_t d = 19 * n;
	UNROLL_8
	for (int i = 0; i < 7; i++) {
		uint32_t a = f[i], b = g[i], x = a - b;
		uint64_t t = (uint64_t)a + b + c;
		sum[i] = (uint32_t)t;
		c = (uint32_t)(t >> 32);
		difference[i] = x - d;
		d = (a < b) + (x < d);
	}
	sum[7] = sum_top + c;
	difference[7] = difference_top - d;
}

void field_add_scaled(uint32_t h[8], const uint32_t f[8], const uint32_t g[8])
{
	uint64_t t = (uint64_t)g[7] * 121665 + f[7]; // < 2^48
	uint32_t top = (uint32_t)t & 0x7fffffff;
	uint32_t c = (uint32_t)(t >> 31) * 19; // < 2^17 × 19
	UNROLL_8
	for (int i = 0; i < 7; i++) {
		t = (uint64_t)g[i] * 121665 + f[i] + c;
		h[i] = (uint32_t)t;
		c = (uint32_t)(t >> 32); // ≤ 121666
	}
	h[7] = top + c;
}

void field_freeze(uint32_t h[8], const uint32_t f[8])
{
	uint32_t r[8], s[8], c;
	field_copy(r, f);
	for (int pass = 0; pass < 2; pass++) { // below 2^255 + 19, then below 2^255
		c = (r[7] >> 31) * 19;
		r[7] &= 0x7fffffff;
		for (int i = 0; i < 8; i++) {
			r[i] += c;
			c = r[i] < c;
		}
	}
	c = 19; // r ≥ p exactly if r + 19 reaches 2^255, and then r - p = r + 19 - 2^255
	for (int i = 0; i < 8; i++) {
		s[i] = r[i] + c;
		c = s[i] < c;
	}
	uint32_t mask = 0 - (s[7] >> 31);
	s[7] &= 0x7fffffff;
	for (int i = 0; i < 8; i++) h[i] = (s[i] & mask) | (r[i] & ~mask);
}

bool field_is_zero(const uint32_t f[8])
{
	Field t;
	field_freeze(t, f);
	uint32_t any = 0;
	for (int i = 0; i < 8; i++) any |= t[i];
	return any == 0;
}

void field_power_2_252_3(uint32_t h[8], const uint32_t f[8])
{
	// f to the power of 2^n - 1, for one n after the other: n squarings of the last make room for a power that is kept.
	static const struct {
		uint8_t squarings, by, kept; // `by`, `kept`: places in `powers`
	} steps[] = {
		{1, 0, 1}, // n = 2
		{2, 1, 1}, // 4
		{1, 0, 1}, // 5
		{5, 1, 1}, // 10
		{10, 1, 2}, // 20
		{20, 2, 2}, // 40
		{10, 1, 1}, // 50
		{50, 1, 2}, // 100
		{100, 2, 2}, // 200
		{50, 1, 1}, // 250
		{2, 0, 1}, // 4 (2^250 - 1) + 1 = 2^252 - 3
	};
	Field powers[3], last;
	field_copy(powers[0], f); // h may be f
	field_copy(last, f);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		field_square_times(last, last, steps[i].squarings);
		field_multiply(last, last, powers[steps[i].by]);
		field_copy(powers[steps[i].kept], last);
	}
	field_copy(h, last);
}

static void invert_least(uint32_t h[8], const uint32_t f[8], bool public)
{
	static const uint32_t p[8] = {
		0xffffffed, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff};
	Field least;
	field_freeze(least, f);
	invert(h, least, p, 8, public);
}

void field_invert(uint32_t h[8], const uint32_t f[8])
{
	invert_least(h, f, false);
}

void field_invert_public(uint32_t h[8], const uint32_t f[8])
{
	invert_least(h, f, true);
}
