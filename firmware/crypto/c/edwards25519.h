// Points of the curve of Ed25519 (RFC 8032 §5.1) and X25519, in extended coordinates; multiples of its base point B by
// combs. Used by ed25519.c and x25519.c only.
#ifndef BATON_EDWARDS25519_H
#define BATON_EDWARDS25519_H

#include <stdbool.h>
#include <stdint.h>
#include "field25519.h"

#define edwards_zero baton_edwards_zero
#define edwards_double baton_edwards_double
#define edwards_add baton_edwards_add
#define comb_begin baton_comb_begin
#define comb_add baton_comb_add
#define base_begin baton_base_begin
#define base_add baton_base_add
#define base_add_secret baton_base_add_secret

/** x = X / Z, y = Y / Z, x y = T / Z. T is only there where a comment says so. Four elements in a row. */
typedef struct {
	Field X, Y, Z, T;
} Point;

/** What an addition needs of its second operand, and of an affine one (Z = 1): the base point's and prepared keys'. */
typedef struct {
	Field plus, minus, T2d; // Y + X, Y - X, 2 d T
} Affine;

/** The neutral element, T included. */
void edwards_zero(Point *P);
/** Hisil, Wong, Carter and Dawson (2008), §3.3 with a = -1, the signs of F and H turned (so all four are negated). */
void edwards_double(Point *P, bool want_t);
/** P = P ± Q (the same paper, §3.1, complete for a = -1). Q's Z2 = 2 Z is NULL if Q is affine. Needs P's T. */
void edwards_add(Point *P, const Affine *Q, const uint32_t *Z2, bool negative, bool want_t);

// A comb: bits of an odd scalar stand for ±1, b = 1 for 2^i and b = 0 for -2^i; its columns take one bit from each of
// `teeth` rows, and `rows` doublings serve two columns each.
typedef uint32_t CombBits[9];

/** An odd s < 2^(count - 1) as Σ ±2^i for i < count: bit i of (s + 2^count - 1) / 2 is set for a plus. */
void comb_begin(CombBits bits, const uint32_t s[8], int count);
/** Adds one of `columns`: the uppermost tooth's sign is the whole entry's; its index holds the others' beside it. */
void comb_add(Point *P, const Affine *table, const CombBits bits, int column, int columns, int teeth, bool want_t);

// The two combs of B, which are in flash: 7 × 38 = 266 bits. `base_add` adds what row `i` of both takes; they are called
// for i = BASE_ROWS - 1 … 0, with a doubling in between. Need P's T, and both give it but where `want_t` is false.
#define BASE_ROWS 19

void base_begin(CombBits bits, const uint32_t s[8]);
void base_add(Point *P, const CombBits bits, int row, bool want_t);
/** The same; no branch and no address depends on `bits`. */
void base_add_secret(Point *P, const CombBits bits, int row, bool want_t);

#endif
