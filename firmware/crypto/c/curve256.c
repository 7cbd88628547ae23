// secp256r1 (SEC 2 §2.4.2; P-256 of SP 800-186): its field's multiplication and its constants.

#include "curve-base.h"
#include "curve-field.h"
#include "curve.h"

// 2^256 - 2^224 + 2^192 + 2^96 - 1
static const uint32_t p[8] = {0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0, 1, 0xffffffff};
static const uint32_t n[8] = {
	0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0x00000000, 0xffffffff};

/**
 * Montgomery's multiplication, one word of f at a time: r = (r + f[i] g + m p) / 2^32. Since p ≡ -1 modulo 2^32, m is
 * the lowest word of r + f[i] g, and m p = m 2^256 - m 2^224 + m 2^192 + m 2^96 - m takes additions only. r stays in
 * registers.
 *
 * r < 2 p throughout: (2 p + (2^32 - 1) g + (2^32 - 1) p) / 2^32 < 2 p, for g < p.
 */
static void multiply(uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	uint32_t r[9] = {0}, carry;
	for (int i = 0; i < 8; i++) {
		uint64_t t = (uint64_t)f[i] * g[0] + r[0];
		const uint32_t m = (uint32_t)t;
		carry = (uint32_t)(t >> 32);
		UNROLL
		for (int j = 1; j < 8; j++) {
			t = (uint64_t)f[i] * g[j] + r[j] + carry; // ≤ (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
			r[j - 1] = (uint32_t)t;
			carry = (uint32_t)(t >> 32);
		}
		const uint32_t top = r[8] + carry; // r + f[i] g < (2^32 + 1) p < 2^288: no carry

		// r[j - 1] is word j, and word 0 is gone with -m. Add m to the words 3, 6 and 8, and take it off 7.
		r[2] += m;
		carry = r[2] < m;
		r[3] += carry;
		carry = r[3] < carry;
		r[4] += carry;
		carry = r[4] < carry;
		t = (uint64_t)r[5] + m + carry;
		r[5] = (uint32_t)t;
		t = (t >> 32) + r[6];
		const uint32_t word7 = (uint32_t)t, borrow = word7 < m;
		r[6] = word7 - m;
		t = (t >> 32) + top + m - borrow; // m ≥ 1 if there is a borrow
		r[7] = (uint32_t)t;
		r[8] = (uint32_t)(t >> 32);
	}

	reduce_once(h, r, r[8], p, 8);
}

static void subtract(uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	subtract_elements(h, f, g, p, 8);
}

static void add(uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	uint32_t minus_g[8];
	negate_element(minus_g, g, p, 8);
	subtract(h, f, minus_g);
}

static void halve(uint32_t *h, const uint32_t *f)
{
	halve_element(h, f, p, 8);
}

const Curve baton_curve256 = {
	.words = 8,
	.multiply = multiply,
	.add = add,
	.subtract = subtract,
	.halve = halve,
	.p = p,
	.n = n,
	.b = baton_curve256_b,
	.one = baton_curve256_one,
	.square = baton_curve256_square,
	.base = baton_curve256_base,
};
