// X25519 (RFC 7748 §5), constant time in the scalar: the Montgomery ladder for any u, Ed25519's comb for the base point.
// The scalar's bits are used as masks only: they reach no branch and no address. ../DESIGN.md says how that is checked
// in the compiled code.

#include "kernel.h"
#include "edwards25519.h"
#include "field25519.h"
#include "words.h"

/** A point's x and z, or x + z and x - z. */
typedef Field Pair[2];

/** p = q if mask is all ones, as it is if mask is 0. */
static void choose(Pair p, Pair q, uint32_t mask)
{
	for (int j = 0; j < 2; j++) {
		_Pragma("GCC unroll 8") for (int i = 0; i < 8; i++) p[j][i] ^= mask & (p[j][i] ^ q[j][i]);
	}
}

/** p = twice a point, from the squares of its x + z and x - z. Overwrites them. */
static inline __attribute__((always_inline)) void double_point(Pair p, Pair squares)
{
	field_multiply(p[0], squares[0], squares[1]);
	field_subtract(squares[1], squares[0], squares[1]); // E = AA - BB
	field_add_scaled(squares[0], squares[0], squares[1]); // AA + 121665 E
	field_multiply(p[1], squares[0], squares[1]);
}

/** §5: a multiple of 8 from 2^254 to 2^255. */
static void load_scalar(uint32_t k[8], const uint8_t scalar[32])
{
	for (int i = 0; i < 8; i++) k[i] = load32_le(scalar + 4 * i);
	k[0] &= 0xfffffff8;
	k[7] = (k[7] & 0x7fffffff) | 0x40000000;
}

/** numerator / denominator, or 0. Overwrites both. */
static void store_quotient(uint8_t bytes[32], Field numerator, Field denominator)
{
	field_invert(denominator, denominator);
	field_multiply(numerator, numerator, denominator);
	field_freeze(numerator, numerator);
	for (int i = 0; i < 8; i++) store32_le(bytes + 4 * i, numerator[i]);
}

void baton_x25519(uint8_t shared[32], const uint8_t scalar[32], const uint8_t u[32])
{
	uint32_t k[8];
	load_scalar(k, scalar);

	Field x1;
	Pair p; // k' u, for the bits k' of k so far
	Pair both[2]; // (k' + 1) u, and what is doubled: four elements in a row, to be squared together
	Pair t;
	Field *const q = both[0], *const s = both[1];
	field_load(x1, u);
	field_small(p[0], 1);
	field_small(p[1], 0);
	field_copy(q[0], x1);
	field_small(q[1], 1);

	// Instead of swapping p and q before a step: their sum does not tell which is which (the two products of a step
	// change places, which squares away), so only what is doubled has to be chosen.
	uint32_t previous = 0;
	for (int i = 254; i >= 3; i--) {
		uint32_t bit = k[i >> 5] >> (i & 31) & 1;
		uint32_t mask = 0 - (bit ^ previous);
		previous = bit;
		field_add_subtract(s[0], s[1], p[0], p[1]);
		field_add_subtract(t[0], t[1], q[0], q[1]);
		field_multiply(q[0], t[1], s[0]);
		field_multiply(q[1], t[0], s[1]);
		choose(s, t, mask);
		field_add_subtract(q[0], q[1], q[0], q[1]);
		field_square_each(*both, 4);
		field_multiply(q[1], q[1], x1);
		double_point(p, s);
	}
	// The last three bits are 0: one more choice, then only doublings.
	choose(p, q, 0 - previous);
	for (int i = 0; i < 3; i++) {
		field_add_subtract(s[0], s[1], p[0], p[1]);
		field_square_each(s, 2);
		double_point(p, s);
	}
	store_quotient(shared, p[0], p[1]);
}

// u = 9 is Ed25519's base point B (§4.1): u = (1 + y) / (1 - y) for k B. A comb wants an odd scalar: k + L, since
// L B = 0; it is below 2^256. Z - Y is not 0, for k is no multiple of L: of those that 8 divides, 8 L is above 2^255.
void baton_x25519_public_key(uint8_t public_key[32], const uint8_t scalar[32])
{
	static const uint32_t L[8] = {0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000};
	uint32_t k[8];
	load_scalar(k, scalar);
	uint64_t sum = 0;
	for (int i = 0; i < 8; i++, sum >>= 32) k[i] = (uint32_t)(sum += (uint64_t)k[i] + L[i]);

	CombBits bits;
	base_begin(bits, k);
	Point P;
	edwards_zero(&P);
	for (int row = BASE_ROWS - 1; row >= 0; row--) {
		if (row < BASE_ROWS - 1) edwards_double(&P, true);
		base_add_secret(&P, bits, row, false);
	}
	field_add_subtract(P.X, P.T, P.Z, P.Y);
	store_quotient(public_key, P.X, P.T);
}
