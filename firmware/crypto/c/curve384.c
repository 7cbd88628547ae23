// secp384r1 (SEC 2 §2.5.1; P-384 of SP 800-186): its field's multiplication and its constants.

#include "curve-base.h"
#include "curve-field.h"
#include "curve.h"

// 2^384 - 2^128 - 2^96 + 2^32 - 1
static const uint32_t p[12] = {0xffffffff, 0, 0, 0xffffffff, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
	0xffffffff, 0xffffffff, 0xffffffff};
static const uint32_t n[12] = {0xccc52973, 0xecec196a, 0x48b0a77a, 0x581a0db2, 0xf4372ddf, 0xc7634d81, 0xffffffff,
	0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};

/**
 * Montgomery's multiplication as in curve256.c: here too p ≡ -1 modulo 2^32, and m p = m 2^384 - m 2^128 - m 2^96 +
 * m 2^32 - m. What this borrows from word 5 of the sum, at most 2, waits until the next pass, for which that is word 4.
 */
static void multiply(uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	uint32_t r[13] = {0}, borrow = 0; // r - 2^128 borrow < 2 p: r < 2^385
	for (int i = 0; i < 12; i++) {
		uint64_t t = (uint64_t)f[i] * g[0] + r[0];
		const uint32_t m = (uint32_t)t;
		uint32_t carry = (uint32_t)(t >> 32);
		UNROLL
		for (int j = 1; j < 12; j++) {
			t = (uint64_t)f[i] * g[j] + r[j] + carry; // ≤ (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
			r[j - 1] = (uint32_t)t;
			carry = (uint32_t)(t >> 32);
		}
		t = (uint64_t)r[12] + carry + m;
		r[11] = (uint32_t)t;
		r[12] = (uint32_t)(t >> 32);

		// r[j - 1] is word j, and word 0 is gone with -m. Word 12 has got its m; word 1 wants one, 3 and 4 lose one.
		r[0] += m;
		carry = r[0] < m;
		r[1] += carry;
		carry = r[1] < carry;
		const uint32_t word3 = r[2] + carry, under = (word3 < m) - (word3 < carry); // a carry only if m > 0: 0 or 1
		r[2] = word3 - m;
		t = (uint64_t)r[3] - m - (under + borrow); // ≥ 0 - (2^32 - 1) - 3
		r[3] = (uint32_t)t;
		borrow = 0 - (uint32_t)(t >> 32);
	}
	UNROLL
	for (int j = 4; j < 13; j++) {
		uint32_t word = r[j];
		r[j] = word - borrow;
		borrow = word < borrow;
	}
	reduce_once(h, r, r[12], p, 12);
}

static void subtract(uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	subtract_elements(h, f, g, p, 12);
}

static void add(uint32_t *h, const uint32_t *f, const uint32_t *g)
{
	uint32_t minus_g[12];
	negate_element(minus_g, g, p, 12);
	subtract(h, f, minus_g);
}

static void halve(uint32_t *h, const uint32_t *f)
{
	halve_element(h, f, p, 12);
}

const Curve baton_curve384 = {
	.words = 12,
	.multiply = multiply,
	.add = add,
	.subtract = subtract,
	.halve = halve,
	.p = p,
	.n = n,
	.b = baton_curve384_b,
	.one = baton_curve384_one,
	.square = baton_curve384_square,
	.base = baton_curve384_base,
};
