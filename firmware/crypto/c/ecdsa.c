// ECDSA verification (FIPS 186-5 §6.4.2, SEC 1 §4.1.4) on the curves of curve.h. Everything is public, so time varies
// freely.

#include "ecdsa.h"
#include "curve.h"
#include "inverse.h"
#include "numbers.h"
#include "signed-digits.h"

#define MOST 12 // words

/** A number from 1 to n - 1, big-endian, of any length. */
static bool load_scalar(const Curve *c, uint32_t *x, const uint8_t *bytes, size_t length)
{
	while (length > 4 * (size_t)c->words && *bytes == 0) bytes++, length--;
	if (length > 4 * (size_t)c->words) return false;
	number_load(x, c->words, bytes, length);
	return !number_is_zero(x, c->words) && number_is_less(x, c->n, c->words);
}

/** h = f g / 2^(32 words) modulo n, for g < n. */
static void multiply_scalars(const Curve *c, uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	uint32_t product[2 * MOST];
	number_multiply(product, f, g, c->words);
	montgomery_reduce(h, product, c->n, c->words, montgomery_inverse(c->n[0]));
}

/** P = P + digit Q, for the odd multiples' coordinates X, Y in turn, each `stride` words after the one before. */
static void add_multiple(const Curve *c, Point *P, const uint32_t *X, const uint32_t *Y, int stride, int digit)
{
	if (digit == 0) return;
	Element minus_y;
	const int offset = stride * ((digit < 0 ? -digit : digit) >> 1);
	X += offset, Y += offset;
	if (digit < 0) {
		number_subtract(minus_y, c->p, Y, c->words); // Y is not 0: no point has order 2
		Y = minus_y;
	}
	const bool was_zero = number_is_zero(P->Z, c->words);
	if (!was_zero && !point_add(c, P, X, Y)) return;
	element_copy(c, P->X, X);
	element_copy(c, P->Y, Y);
	element_copy(c, P->Z, c->one);
	if (!was_zero) point_double(c, P);
}

bool baton_ecdsa_verify(const Curve *c, const uint8_t *public_key, const uint8_t *hash, size_t hash_length,
	const uint8_t *r, size_t r_length, const uint8_t *s, size_t s_length)
{
	const int words = c->words;
	uint32_t R[MOST], u[MOST], v[MOST], w[MOST];
	Point multiples[8], sum;
	if (!load_scalar(c, R, r, r_length) || !load_scalar(c, w, s, s_length)) return false;
	if (!point_decode(c, &sum, public_key)) return false;
	point_odd_multiples(c, multiples, &sum);

	// u = e / s, v = r / s: the inverse of s / 2^(32 words) brings the factor that each multiplication takes away.
	number_load(v, words, (const uint8_t[]){1}, 1);
	multiply_scalars(c, w, v, w);
	invert(w, w, c->n, words, true);
	number_load(u, words, hash, hash_length < 4 * (size_t)words ? hash_length : 4 * (size_t)words);
	multiply_scalars(c, u, u, w);
	multiply_scalars(c, v, R, w);

	// Straus: u G + v Q by one chain of doublings.
	int8_t digits_g[32 * MOST + 1], digits_q[32 * MOST + 1];
	const int count_g = signed_digits(digits_g, u, words, 6), count_q = signed_digits(digits_q, v, words, 5);
	const int count = count_g > count_q ? count_g : count_q;
	for (int i = 0; i < words; i++) sum.Z[i] = 0;
	for (int i = count - 1; i >= 0; i--) {
		if (i < count - 1) point_double(c, &sum);
		add_multiple(c, &sum, multiples->X, multiples->Y, sizeof *multiples / 4, digits_q[i]);
		add_multiple(c, &sum, c->base, c->base + words, 2 * words, digits_g[i]);
	}
	if (number_is_zero(sum.Z, words)) return false;

	// x(sum) mod n = r, without dividing by Z²: x is r or r + n, as x < p < 2 n.
	c->multiply(sum.Z, sum.Z, sum.Z);
	number_subtract(w, c->p, c->n, words);
	for (;;) {
		c->multiply(u, R, c->square);
		c->multiply(u, u, sum.Z);
		c->subtract(u, u, sum.X);
		if (number_is_zero(u, words)) return true;
		if (!number_is_less(R, w, words)) return false; // r + n ≥ p, or it was that already
		c->subtract(R, R, w);
	}
}
