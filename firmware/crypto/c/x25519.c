// X25519 (RFC 7748 §5): the Montgomery ladder, constant time in the scalar. The scalar's bits are used as masks only:
// they reach no branch and no address. ../DESIGN.md says how that is checked in the compiled code.

#include "kernel.h"
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

void baton_x25519(uint8_t shared[32], const uint8_t scalar[32], const uint8_t u[32])
{
	uint32_t k[8];
	for (int i = 0; i < 8; i++) k[i] = load32_le(scalar + 4 * i);
	k[0] &= 0xfffffff8;
	k[7] = (k[7] & 0x7fffffff) | 0x40000000;

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

	field_invert(p[1], p[1]);
	field_multiply(p[0], p[0], p[1]);
	field_freeze(p[0], p[0]);
	for (int i = 0; i < 8; i++) store32_le(shared + 4 * i, p[0][i]);
}
