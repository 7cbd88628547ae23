// Arithmetic modulo 2^255 - 19 on eight 32-bit words: see field25519.h for the bounds. Written for cores with a
// 32 × 32 → 64-bit multiplication and no carry flag (rv32im, Xtensa): saturated words need the fewest products.

#include "field25519.h"
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
	Field a, b, c, x;
	field_copy(x, f); // h may be f
	field_square(a, x); // names: 2^n - 1 as exponent
	field_multiply(a, a, x); // 2
	field_square_times(b, a, 2);
	field_multiply(a, b, a); // 4
	field_square(b, a);
	field_multiply(a, b, x); // 5
	field_square_times(b, a, 5);
	field_multiply(b, b, a); // 10
	field_square_times(a, b, 10);
	field_multiply(a, a, b); // 20
	field_square_times(c, a, 20);
	field_multiply(a, c, a); // 40
	field_square_times(a, a, 10);
	field_multiply(b, a, b); // 50
	field_square_times(a, b, 50);
	field_multiply(a, a, b); // 100
	field_square_times(c, a, 100);
	field_multiply(a, c, a); // 200
	field_square_times(a, a, 50);
	field_multiply(a, a, b); // 250
	field_square_times(a, a, 2);
	field_multiply(h, a, x); // 4 (2^250 - 1) + 1 = 2^252 - 3
}

// Inversion by 2-adic division steps: Bernstein and Yang, "Fast constant-time gcd computation and modular inversion"
// (2019), in the form with δ starting at 1/2, for which 590 steps are enough for 256-bit inputs (proven by computation
// for libsecp256k1); here 600, in batches of 30. Numbers are nine signed words of 30 bits; only the last may be
// negative or wider. The batches' matrices act on f and g, and modulo p on d and e: always d x ≡ f, e x ≡ g.

#define WORDS 9
#define MASK30 0x3fffffff
#define INVERSE_OF_P 0x179435e5 // 1 / p mod 2^30; -19 × this ≡ 1

typedef struct {
	int32_t u, v, q, r; // 2^30 times the product of 30 steps: |u| + |v| ≤ 2^30, |q| + |r| ≤ 2^30
} Steps;

/** 30 steps on the lowest bits of f (odd) and g. ζ = -(δ + 1/2). Returns the new ζ. */
static int32_t steps_secret(int32_t zeta, uint32_t f, uint32_t g, Steps *steps)
{
	uint32_t u = 1, v = 0, q = 0, r = 1;
	for (int i = 0; i < 30; i++) {
		uint32_t swap = (uint32_t)(zeta >> 31); // all ones if δ > 0
		uint32_t odd = 0 - (g & 1);
		g += ((f ^ swap) - swap) & odd; // ±f
		q += ((u ^ swap) - swap) & odd;
		r += ((v ^ swap) - swap) & odd;
		swap &= odd;
		zeta = (zeta ^ (int32_t)swap) - 1; // -ζ - 2, or ζ - 1
		f += g & swap; // f was g's subtrahend: f + (g - f) = the old g
		u += q & swap;
		v += r & swap;
		g >>= 1;
		u <<= 1;
		v <<= 1;
	}
	*steps = (Steps){(int32_t)u, (int32_t)v, (int32_t)q, (int32_t)r};
	return zeta;
}

static int32_t steps_public(int32_t zeta, uint32_t f, uint32_t g, Steps *steps)
{
	uint32_t u = 1, v = 0, q = 0, r = 1;
	for (int i = 0; i < 30; i++) {
		if (!(g & 1)) zeta--;
		else if (zeta < 0) {
			uint32_t t = f;
			f = g, g -= t;
			t = u, u = q, q -= t;
			t = v, v = r, r -= t;
			zeta = -zeta - 2;
		} else {
			g += f, q += u, r += v;
			zeta--;
		}
		g >>= 1;
		u <<= 1;
		v <<= 1;
	}
	*steps = (Steps){(int32_t)u, (int32_t)v, (int32_t)q, (int32_t)r};
	return zeta;
}

/** (f, g) = steps (f, g) / 2^30, exact. Uses the lowest `n` words, beyond which both are only sign. */
static void apply(int32_t f[WORDS], int32_t g[WORDS], const Steps *s, int n)
{
	int64_t cf = (int64_t)s->u * f[0] + (int64_t)s->v * g[0]; // ≤ (|u| + |v|) 2^31 = 2^61, here and below
	int64_t cg = (int64_t)s->q * f[0] + (int64_t)s->r * g[0];
	for (int i = 1; i < n; i++) {
		cf = (cf >> 30) + (int64_t)s->u * f[i] + (int64_t)s->v * g[i];
		cg = (cg >> 30) + (int64_t)s->q * f[i] + (int64_t)s->r * g[i];
		f[i - 1] = (int32_t)cf & MASK30;
		g[i - 1] = (int32_t)cg & MASK30;
	}
	f[n - 1] = (int32_t)(cf >> 30);
	g[n - 1] = (int32_t)(cg >> 30);
}

/** (d, e) = steps (d, e) / 2^30 modulo p. Both in (-2p, p), before and after. */
static void apply_modulo(int32_t d[WORDS], int32_t e[WORDS], const Steps *s)
{
	const int32_t u = s->u, v = s->v, q = s->q, r = s->r;
	// Add p to whichever is negative, which brings it to (-p, p); then as many p as make the sum divisible by 2^30.
	const int32_t negative_d = d[WORDS - 1] >> 31, negative_e = e[WORDS - 1] >> 31;
	int32_t pd = (u & negative_d) + (v & negative_e), pe = (q & negative_d) + (r & negative_e);
	int64_t cd = (int64_t)u * d[0] + (int64_t)v * e[0];
	int64_t ce = (int64_t)q * d[0] + (int64_t)r * e[0];
	pd -= (int32_t)((INVERSE_OF_P * (uint32_t)cd + (uint32_t)pd) & MASK30); // (-2^31, 2^30]
	pe -= (int32_t)((INVERSE_OF_P * (uint32_t)ce + (uint32_t)pe) & MASK30);
	cd -= (int64_t)19 * pd; // p = 2^255 - 19 in words of 30 bits: -19, seven zeros, 2^15
	ce -= (int64_t)19 * pe;
	for (int i = 1; i < WORDS; i++) {
		cd = (cd >> 30) + (int64_t)u * d[i] + (int64_t)v * e[i];
		ce = (ce >> 30) + (int64_t)q * d[i] + (int64_t)r * e[i];
		if (i == WORDS - 1) {
			cd += (int64_t)pd * (1 << 15);
			ce += (int64_t)pe * (1 << 15);
		}
		d[i - 1] = (int32_t)cd & MASK30;
		e[i - 1] = (int32_t)ce & MASK30;
	}
	d[WORDS - 1] = (int32_t)(cd >> 30);
	e[WORDS - 1] = (int32_t)(ce >> 30);
}

static void invert(uint32_t h[8], const uint32_t x[8], bool public)
{
	int32_t f[WORDS] = {-19, 0, 0, 0, 0, 0, 0, 0, 1 << 15}, g[WORDS], d[WORDS] = {0}, e[WORDS] = {1};
	Field least;
	field_freeze(least, x);
	for (int i = 0; i < WORDS; i++) {
		int word = 30 * i >> 5, shift = 30 * i & 31;
		uint32_t above = word < 7 ? least[word + 1] : 0;
		g[i] = (int32_t)((least[word] >> shift | above << 1 << (31 - shift)) & MASK30);
	}

	int32_t zeta = -1;
	Steps steps;
	int n = WORDS; // f and g fit into so many words
	for (int batch = 0; batch < 20; batch++) {
		if (!public) zeta = steps_secret(zeta, (uint32_t)f[0], (uint32_t)g[0], &steps);
		else zeta = steps_public(zeta, (uint32_t)f[0], (uint32_t)g[0], &steps);
		apply_modulo(d, e, &steps);
		apply(f, g, &steps, n);
		if (!public) continue;
		int32_t any = 0;
		for (int i = 0; i < n; i++) any |= g[i];
		if (any == 0) break;
		int32_t f_top = f[n - 1], g_top = g[n - 1];
		if (n > 1 && f_top == f_top >> 31 && g_top == g_top >> 31) { // only sign: let the word below carry it
			n--;
			f[n - 1] |= (int32_t)((uint32_t)f_top << 30);
			g[n - 1] |= (int32_t)((uint32_t)g_top << 30);
		}
	}

	// g = 0 and f = ±1 (or ±p, if x = 0: then d = 0): 1 / x = ±d, from (-2p, p) to [0, p).
	int32_t negate = f[n - 1] >> 31;
	for (int pass = 0; pass < 2; pass++) {
		int32_t addend = d[WORDS - 1] >> 31, c = 0;
		for (int i = 0; i < WORDS; i++) {
			int32_t p = i == 0 ? -19 : i == WORDS - 1 ? 1 << 15 : 0;
			int32_t word = d[i] + (p & addend);
			c += (word ^ negate) - negate;
			d[i] = i < WORDS - 1 ? c & MASK30 : c;
			c >>= 30;
		}
		negate = 0;
	}
	for (int i = 0; i < 8; i++) {
		int word = 32 * i / 30, shift = 32 * i % 30; // ≤ 14: two words of 30 bits are enough
		h[i] = (uint32_t)d[word] >> shift | (uint32_t)d[word + 1] << (30 - shift);
	}
}

void field_invert(uint32_t h[8], const uint32_t f[8])
{
	invert(h, f, false);
}

void field_invert_public(uint32_t h[8], const uint32_t f[8])
{
	invert(h, f, true);
}
