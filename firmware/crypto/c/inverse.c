// Inversion by 2-adic division steps: Bernstein and Yang, "Fast constant-time gcd computation and modular inversion"
// (2019), in the form with δ starting at 1/2, for which 590 steps are enough for 256-bit inputs (proven by computation
// for libsecp256k1); here 600, in batches of 30. In variable time the batches end when g is 0, for any length.
//
// Numbers are signed words of 30 bits, of which only the last may be negative or wider: 9 of them have room for 270
// bits, 13 for 390, and the numbers below have at most 2 bits more than the modulus. The batches' matrices act on f and
// g, and modulo p on d and e: always d x ≡ f, e x ≡ g.

#include "inverse.h"

#define MOST 13 // words of 30 bits
#define MASK30 0x3fffffff

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
static void apply(int32_t *f, int32_t *g, const Steps *s, int n)
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

/**
 * (d, e) = steps (d, e) / 2^30 modulo p, n words. Both in (-2p, p), before and after. `inverse` is 1 / p mod 2^30.
 *
 * First p is added to whichever is negative, which brings it to (-p, p); then as many p as make the sum divisible by
 * 2^30: pd, pe in (-2^31, 2^30].
 */
static void apply_modulo(int32_t *d, int32_t *e, const Steps *s, const int32_t *p, uint32_t inverse, int n)
{
	const int32_t u = s->u, v = s->v, q = s->q, r = s->r;
	const int32_t negative_d = d[n - 1] >> 31, negative_e = e[n - 1] >> 31;
	int32_t pd = (u & negative_d) + (v & negative_e), pe = (q & negative_d) + (r & negative_e);
	int64_t cd = (int64_t)u * d[0] + (int64_t)v * e[0]; // ≤ 2^61
	int64_t ce = (int64_t)q * d[0] + (int64_t)r * e[0];
	pd -= (int32_t)((inverse * (uint32_t)cd + (uint32_t)pd) & MASK30);
	pe -= (int32_t)((inverse * (uint32_t)ce + (uint32_t)pe) & MASK30);
	cd += (int64_t)pd * p[0]; // ≤ 2^61 + 2^61
	ce += (int64_t)pe * p[0];
	for (int i = 1; i < n; i++) {
		cd = (cd >> 30) + (int64_t)u * d[i] + (int64_t)v * e[i];
		ce = (ce >> 30) + (int64_t)q * d[i] + (int64_t)r * e[i];
		if (p[i] != 0) { // the modulus is no secret
			cd += (int64_t)pd * p[i];
			ce += (int64_t)pe * p[i];
		}
		d[i - 1] = (int32_t)cd & MASK30;
		e[i - 1] = (int32_t)ce & MASK30;
	}
	d[n - 1] = (int32_t)(cd >> 30);
	e[n - 1] = (int32_t)(ce >> 30);
}

/** Words of 32 bits as n words of 30. */
static void spread(int32_t *to, const uint32_t *from, int words, int n)
{
	for (int i = 0; i < n; i++) {
		int word = 30 * i >> 5, shift = 30 * i & 31;
		uint32_t above = word + 1 < words ? from[word + 1] : 0;
		to[i] = (int32_t)((from[word] >> shift | above << 1 << (31 - shift)) & MASK30);
	}
}

void invert(uint32_t *h, const uint32_t *x, const uint32_t *modulus, int words, bool public)
{
	int32_t p[MOST], f[MOST], g[MOST], d[MOST] = {0}, e[MOST] = {1};
	const int most = words == 8 ? 9 : 13;
	spread(g, x, words, most);
	spread(p, modulus, words, most);
	int32_t carry = 0; // p's words from -2^29 to 2^29: of the primes that are in use, most are 0 then
	for (int i = 0; i < most; i++) {
		int32_t word = p[i] + carry;
		carry = i < most - 1 ? (word + (1 << 29)) >> 30 : 0;
		f[i] = p[i] = word - carry * (1 << 30);
	}
	uint32_t inverse = modulus[0]; // 1 / p mod 2^3, since p is odd; each step doubles the bits (Newton)
	for (int i = 0; i < 4; i++) inverse *= 2 - modulus[0] * inverse;

	int32_t zeta = -1;
	Steps steps;
	int n = most; // f and g fit into so many words
	for (int batch = 0; public || batch < 20; batch++) {
		if (!public) zeta = steps_secret(zeta, (uint32_t)f[0], (uint32_t)g[0], &steps);
		else zeta = steps_public(zeta, (uint32_t)f[0], (uint32_t)g[0], &steps);
		apply_modulo(d, e, &steps, p, inverse, most);
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
		int32_t addend = d[most - 1] >> 31, c = 0;
		for (int i = 0; i < most; i++) {
			int32_t word = d[i] + (p[i] & addend);
			c += (word ^ negate) - negate;
			d[i] = i < most - 1 ? c & MASK30 : c;
			c >>= 30;
		}
		negate = 0;
	}
	for (int i = 0; i < words; i++) {
		int word = 32 * i / 30, shift = 32 * i % 30; // ≤ 22: two words of 30 bits are enough
		h[i] = (uint32_t)d[word] >> shift | (uint32_t)d[word + 1] << (30 - shift);
	}
}
