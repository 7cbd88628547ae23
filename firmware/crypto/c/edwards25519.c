// Points of the curve of Ed25519 and X25519. Verification needs no secrets, and chooses entries and signs by branches and
// addresses; X25519's public key is a multiple of B by a secret, and reads every entry of a comb for each that it takes.

#include "edwards25519.h"
#include "ed25519-base.h"
#include <stddef.h>
#include <string.h>

#define TEETH BATON_ED25519_BASE_TEETH
#define COLUMNS (2 * BASE_ROWS)
_Static_assert(BASE_ROWS == BATON_ED25519_BASE_ROWS && TEETH == 7, "the combs are as they are described");

void edwards_zero(Point *P)
{
	memset(P, 0, sizeof *P);
	P->Y[0] = P->Z[0] = 1;
}

void edwards_double(Point *P, bool want_t)
{
	Field e, f, g, h;
	field_add(P->T, P->X, P->Y);
	field_square_each((Field *)P, 4); // X, Y, Z and X + Y
	field_add_subtract(h, g, P->Y, P->X);
	field_subtract(e, P->T, h);
	field_add(f, P->Z, P->Z);
	field_subtract(f, f, g);
	field_multiply(P->X, e, f);
	field_multiply(P->Y, g, h);
	field_multiply(P->Z, f, g);
	if (want_t) field_multiply(P->T, e, h);
}

void edwards_add(Point *P, const Affine *Q, const uint32_t *Z2, bool negative, bool want_t)
{
	Field a, b, c, d;
	field_add_subtract(b, a, P->Y, P->X);
	field_multiply(a, a, negative ? Q->plus : Q->minus);
	field_multiply(b, b, negative ? Q->minus : Q->plus);
	field_multiply(c, P->T, Q->T2d);
	if (Z2 == NULL) field_add(d, P->Z, P->Z);
	else field_multiply(d, P->Z, Z2);
	field_add_subtract(b, a, b, a); // H, E
	if (negative) field_add_subtract(c, d, d, c);
	else field_add_subtract(d, c, d, c); // G, F
	field_multiply(P->X, a, c);
	field_multiply(P->Y, d, b);
	field_multiply(P->Z, c, d);
	if (want_t) field_multiply(P->T, a, b);
}

void comb_begin(CombBits bits, const uint32_t s[8], int count)
{
	for (int i = 0; i < 8; i++) bits[i] = s[i] >> 1 | (i < 7 ? s[i + 1] << 31 : 0);
	bits[8] = 1u << (count - 1 - 256);
}

/** The bits of a column, the uppermost tooth's first. */
static uint32_t column_of(const CombBits bits, int column, int columns, int teeth)
{
	uint32_t index = 0;
	for (int tooth = teeth - 1; tooth >= 0; tooth--) {
		int i = column + columns * tooth;
		index = index << 1 | (bits[i >> 5] >> (i & 31) & 1);
	}
	return index;
}

void comb_add(Point *P, const Affine *table, const CombBits bits, int column, int columns, int teeth, bool want_t)
{
	uint32_t index = column_of(bits, column, columns, teeth);
	uint32_t mask = (1u << (teeth - 1)) - 1;
	bool negative = !(index >> (teeth - 1));
	edwards_add(P, table + ((negative ? ~index : index) & mask), NULL, negative, want_t);
}

static const Affine *base_comb(int half)
{
	return (const Affine *)baton_ed25519_base[half];
}

void base_begin(CombBits bits, const uint32_t s[8])
{
	comb_begin(bits, s, TEETH * COLUMNS);
}

void base_add(Point *P, const CombBits bits, int row, bool want_t)
{
	comb_add(P, base_comb(0), bits, row, COLUMNS, TEETH, true);
	comb_add(P, base_comb(1), bits, row + BASE_ROWS, COLUMNS, TEETH, want_t);
}

/** Entry `index`: all 64 are read, half of each at a time, so that what is found stays in registers. */
static void choose_entry(Affine *entry, const Affine *table, uint32_t index)
{
	enum { WORDS = sizeof(Affine) / 8 };
	for (int half = 0; half < 2; half++) {
		uint32_t found[WORDS] = {0};
		for (uint32_t i = 0; i < 1 << (TEETH - 1); i++) {
			const uint32_t *words = (const uint32_t *)&table[i] + WORDS * half;
			uint32_t mask = (uint32_t)((int32_t)((i ^ index) - 1) >> 31); // all ones for this one
			_Pragma("GCC unroll 12") for (int w = 0; w < WORDS; w++) found[w] |= mask & words[w];
		}
		memcpy((uint32_t *)entry + WORDS * half, found, sizeof found);
	}
}

/** Q = -Q if `mask` is all ones, Q if it is 0. */
static void negate_if(Affine *Q, uint32_t mask)
{
	Field zero, minus;
	field_small(zero, 0);
	field_subtract(minus, zero, Q->T2d);
	for (int i = 0; i < 8; i++) {
		uint32_t difference = mask & (Q->plus[i] ^ Q->minus[i]);
		Q->plus[i] ^= difference;
		Q->minus[i] ^= difference;
		Q->T2d[i] ^= mask & (Q->T2d[i] ^ minus[i]);
	}
}

void base_add_secret(Point *P, const CombBits bits, int row, bool want_t)
{
	for (int half = 0; half < 2; half++) {
		uint32_t index = column_of(bits, row + half * BASE_ROWS, COLUMNS, TEETH);
		uint32_t negative = (index >> (TEETH - 1)) - 1; // all ones for a minus
		Affine Q;
		choose_entry(&Q, base_comb(half), (index ^ negative) & ((1 << (TEETH - 1)) - 1));
		negate_if(&Q, negative);
		edwards_add(P, &Q, NULL, false, half == 0 || want_t);
	}
}
