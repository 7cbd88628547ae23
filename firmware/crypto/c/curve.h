// Curves y² = x³ - 3x + b modulo a prime p of 256 or 384 bits: secp256r1 and secp384r1 (SEC 2 §2, SP 800-186 §3.2.1).
// Used by ecdsa.c and secp256r1.c.
//
// An Element is a number less than p in Montgomery's form, times 2^(32 words) modulo p, unless it is said otherwise;
// only the first `words` words of it are there. Outputs may be inputs. No branch and no address depends on an element,
// except in `point_decode`.
#ifndef BATON_CURVE_H
#define BATON_CURVE_H

#include "ecdsa.h"
#include <stdbool.h>
#include <stdint.h>

#define element_copy baton_element_copy
#define point_decode baton_point_decode
#define point_double baton_point_double
#define point_add baton_point_add
#define points_make_affine baton_points_make_affine
#define point_odd_multiples baton_point_odd_multiples

typedef uint32_t Element[12];

typedef struct BatonCurve {
	int words; // 8 or 12
	/** h = f g / 2^(32 words) modulo p, less than p. f may be any number below 2^(32 words). */
	void (*multiply)(uint32_t *h, const uint32_t *f, const uint32_t *g);
	void (*add)(uint32_t *h, const uint32_t *f, const uint32_t *g);
	void (*subtract)(uint32_t *h, const uint32_t *f, const uint32_t *g);
	void (*halve)(uint32_t *h, const uint32_t *f); // h = f / 2
	const uint32_t *p; // the field's prime
	const uint32_t *n; // the group's order, a prime of as many words, less than p
	const uint32_t *b;
	const uint32_t *one;
	const uint32_t *square; // 2^(64 words) modulo p: multiplied with it, a number gets Montgomery's form
	const uint32_t *base; // x and y of G, 3 G, 5 G … 31 G: 32 elements of `words` words
} Curve;

/** x = X / Z², y = Y / Z³; the neutral element has Z = 0. */
typedef struct {
	Element X, Y, Z;
} Point;

void element_copy(const Curve *c, uint32_t *h, const uint32_t *f);

/**
 * The point that 1 + 8 `words` bytes stand for (SEC 1 §2.3.4), with Z = 1. False for anything but an uncompressed point
 * of the curve. Variable time: the point is public.
 */
bool point_decode(const Curve *c, Point *P, const uint8_t *bytes);
/** P = 2 P. */
void point_double(const Curve *c, Point *P);
/**
 * P = P + Q for P ≠ 0 and Q = (X, Y). The sum is 0 if P = -Q, and 0 too if P = Q: then the result is true, and the
 * caller has to double Q instead.
 */
bool point_add(const Curve *c, Point *P, const uint32_t *X, const uint32_t *Y);
/** Brings `count` ≤ 8 points to Z = 1 and leaves Z as it was. None is 0. In constant time unless `public`. */
void points_make_affine(const Curve *c, Point *points, int count, bool public);
/** P, 3 P, 5 P … 15 P: X and Y, for Z = 1. Variable time: P has Z = 1 and is public. */
void point_odd_multiples(const Curve *c, Point multiples[8], const Point *P);

#endif
