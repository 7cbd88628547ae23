// Points of curves y² = x³ - 3x + b in Jacobian coordinates: see curve.h.

#include "curve.h"
#include "inverse.h"
#include "numbers.h"

void element_copy(const Curve *c, uint32_t *h, const uint32_t *f)
{
	for (int i = 0; i < c->words; i++) h[i] = f[i];
}

bool point_decode(const Curve *c, Point *P, const uint8_t *bytes)
{
	const int n = c->words;
	Element right;
	if (bytes[0] != 4) return false;
	number_load(P->X, n, bytes + 1, 4 * (size_t)n);
	number_load(P->Y, n, bytes + 1 + 4 * n, 4 * (size_t)n);
	if (!number_is_less(P->X, c->p, n) || !number_is_less(P->Y, c->p, n)) return false;
	c->multiply(P->X, P->X, c->square);
	c->multiply(P->Y, P->Y, c->square);

	element_copy(c, P->Z, c->one);
	c->multiply(right, P->X, P->X); // x² - 3
	for (int i = 0; i < 3; i++) c->subtract(right, right, P->Z);
	c->multiply(right, right, P->X);
	c->add(right, right, c->b);
	Element left;
	c->multiply(left, P->Y, P->Y);
	c->subtract(left, left, right);
	return number_is_zero(left, n);
}

/**
 * The usual formulas for a = -3 (Explicit-Formulas Database, dbl-2001-b) with X, Y, Z divided by 2², 2³ and 2, which is
 * the same point and saves additions. Right for 0 too, and there is no point of order 2.
 */
void point_double(const Curve *c, Point *P)
{
	Element alpha, beta, t;
	c->multiply(t, P->Z, P->Z); // δ
	c->multiply(P->Z, P->Z, P->Y);
	c->multiply(P->Y, P->Y, P->Y); // γ
	c->multiply(beta, P->X, P->Y);
	c->subtract(alpha, P->X, t);
	c->add(t, P->X, t);
	c->multiply(alpha, alpha, t);
	c->halve(t, alpha);
	c->add(alpha, alpha, t); // α = 3/2 (X - δ) (X + δ)
	c->multiply(t, alpha, alpha);
	c->subtract(t, t, beta);
	c->subtract(P->X, t, beta); // α² - 2 β
	c->subtract(beta, beta, P->X);
	c->multiply(beta, alpha, beta);
	c->multiply(P->Y, P->Y, P->Y);
	c->subtract(P->Y, beta, P->Y); // α (β - X) - γ²
}

/** Cohen, Miyaji and Ono (1998), "madd-1998-cmo" there: H = X Z² - x, R = Y Z³ - y. */
bool point_add(const Curve *c, Point *P, const uint32_t *X, const uint32_t *Y)
{
	Element h, r, t, v;
	c->multiply(t, P->Z, P->Z);
	c->multiply(h, X, t);
	c->subtract(h, h, P->X);
	c->multiply(t, t, P->Z);
	c->multiply(r, Y, t);
	c->subtract(r, r, P->Y);
	const bool equal = number_is_zero(h, c->words) & number_is_zero(r, c->words);
	c->multiply(P->Z, P->Z, h);
	c->multiply(t, h, h);
	c->multiply(v, P->X, t); // V = X H²
	c->multiply(t, t, h);
	c->multiply(P->Y, P->Y, t);
	c->multiply(P->X, r, r);
	c->subtract(P->X, P->X, t);
	c->subtract(P->X, P->X, v);
	c->subtract(P->X, P->X, v); // R² - H³ - 2 V
	c->subtract(v, v, P->X);
	c->multiply(v, v, r);
	c->subtract(P->Y, v, P->Y); // R (V - X') - Y H³
	return equal;
}

/** One inversion for all (Montgomery's trick): from the product of all Z one after the other is taken off. */
void points_make_affine(const Curve *c, Point *points, int count, bool public)
{
	Element products[8]; // Z of the first, of the first two, …
	Element inverse, t;
	element_copy(c, products[0], points[0].Z);
	for (int i = 1; i < count; i++) c->multiply(products[i], products[i - 1], points[i].Z);
	invert(inverse, products[count - 1], c->p, c->words, public);
	for (int i = 0; i < 2; i++) c->multiply(inverse, inverse, c->square); // 1 / (z 2^(32 words)) in Montgomery's form
	for (int i = count - 1; i >= 0; i--) {
		Point *P = &points[i];
		if (i > 0) c->multiply(t, inverse, products[i - 1]);
		else element_copy(c, t, inverse);
		c->multiply(inverse, inverse, P->Z);
		c->multiply(P->Y, P->Y, t);
		c->multiply(t, t, t);
		c->multiply(P->X, P->X, t);
		c->multiply(P->Y, P->Y, t);
	}
}

void point_odd_multiples(const Curve *c, Point multiples[8], const Point *P)
{
	Point twice = *P;
	point_double(c, &twice);
	points_make_affine(c, &twice, 1, true);
	multiples[0] = *P;
	for (int i = 1; i < 8; i++) { // P has the order n: none is equal or opposite to 2 P
		multiples[i] = multiples[i - 1];
		point_add(c, &multiples[i], twice.X, twice.Y);
	}
	points_make_affine(c, multiples, 8, true);
}
