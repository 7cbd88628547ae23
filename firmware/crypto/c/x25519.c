// X25519 (RFC 7748 §5): the Montgomery ladder, constant time in the scalar. The scalar's bits are used as masks only:
// they reach no branch and no address. DESIGN.md says how that is checked in the compiled code.

#include "kernel.h"
#include "field25519.h"
#include "words.h"

/** h = f if mask is 0, g if it is all ones. */
static void choose(uint32_t h[8], const uint32_t f[8], const uint32_t g[8], uint32_t mask)
{
	for (int i = 0; i < 8; i++) h[i] = f[i] ^ (mask & (f[i] ^ g[i]));
}

/** (x : z) of twice the point that a = x + z and b = x - z stand for. Overwrites a and b. */
static void double_point(uint32_t x[8], uint32_t z[8], uint32_t a[8], uint32_t b[8])
{
	field_square(a, a);
	field_square(b, b);
	field_multiply(x, a, b);
	field_subtract(b, a, b); // E = AA - BB
	field_add_scaled(a, a, b); // AA + 121665 E
	field_multiply(z, a, b);
}

void baton_x25519(uint8_t shared[32], const uint8_t scalar[32], const uint8_t u[32])
{
	uint32_t k[8];
	for (int i = 0; i < 8; i++) k[i] = load32_le(scalar + 4 * i);
	k[0] &= 0xfffffff8;
	k[7] = (k[7] & 0x7fffffff) | 0x40000000;

	Field x1, x2, z2, x3, z3, a, b, c, d, e;
	field_load(x1, u);
	field_small(x2, 1);
	field_small(z2, 0);
	field_copy(x3, x1);
	field_small(z3, 1);

	// Instead of swapping (x2 : z2) with (x3 : z3) before a step: their sum does not tell which is which (d a and c b
	// change places, which squares away), so only what is doubled has to be chosen.
	uint32_t previous = 0;
	for (int t = 254; t >= 3; t--) {
		uint32_t bit = k[t >> 5] >> (t & 31) & 1;
		uint32_t mask = 0 - (bit ^ previous);
		previous = bit;
		field_add_subtract(a, b, x2, z2);
		field_add_subtract(c, d, x3, z3);
		field_multiply(x3, d, a);
		field_multiply(e, c, b);
		choose(a, a, c, mask);
		choose(b, b, d, mask);
		field_add_subtract(x3, z3, x3, e);
		field_square(x3, x3);
		field_square(z3, z3);
		field_multiply(z3, z3, x1);
		double_point(x2, z2, a, b);
	}
	// The last three bits are 0: one more choice, then only doublings.
	choose(x2, x2, x3, 0 - previous);
	choose(z2, z2, z3, 0 - previous);
	for (int t = 0; t < 3; t++) {
		field_add_subtract(a, b, x2, z2);
		double_point(x2, z2, a, b);
	}

	field_invert(z2, z2);
	field_multiply(x2, x2, z2);
	field_freeze(x2, x2);
	for (int i = 0; i < 8; i++) store32_le(shared + 4 * i, x2[i]);
}
