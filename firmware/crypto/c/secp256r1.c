// ECDH on secp256r1 (SP 800-56A rev. 3 §5.7.1.2, RFC 9846 §7.4.2), constant time in the secret: its bits are used as
// masks only and reach no branch and no address. ../DESIGN.md says how that is checked in the compiled code.
//
// The secret k, or n - k if it is even, is odd, and so a sum of 64 digits that are odd themselves: ±1, ±3 … ±15 times
// 16^i. Each step takes four doublings and one addition, of a multiple that is never 0. The partial sums
// s' = 16 s + digit begin with a positive digit and so stay positive; and before the last step 16 s + 15 < n. So there
// neither 16 s = digit nor 16 s = -digit modulo n, the two cases that `point_add` has no formula for. In the last step
// 16 s = -digit would make the secret 0; 16 s = digit (mod n) is possible, for a k close to n: then the double of the
// multiple takes the sum's place, by a mask like everything else.

#include "secp256r1.h"
#include "curve.h"
#include "numbers.h"

#define CURVE (&baton_curve256)

/** h = f if mask is all ones, as it is if mask is 0. */
static void choose(uint32_t h[8], const uint32_t f[8], uint32_t mask)
{
	for (int i = 0; i < 8; i++) h[i] ^= mask & (h[i] ^ f[i]);
}

/** Q = the multiple that 4 bits stand for: 2 bits - 15. Reads all of the table, X and Y `stride` words apart. */
static void choose_multiple(Point *Q, const uint32_t *X, const uint32_t *Y, int stride, uint32_t bits)
{
	const uint32_t negative = (bits >> 3) - 1; // all ones below 8
	const uint32_t wanted = (bits ^ negative) & 7; // 15, 13 … 1, or 1, 3 … 15
	for (int i = 0; i < 8; i++) Q->X[i] = Q->Y[i] = 0;
	for (uint32_t n = 0; n < 8; n++) {
		uint32_t mask = 0 - (((n ^ wanted) - 1) >> 31);
		choose(Q->X, X, mask);
		choose(Q->Y, Y, mask);
		X += stride, Y += stride;
	}
	Element minus_y;
	number_subtract(minus_y, CURVE->p, Q->Y, 8);
	choose(Q->Y, minus_y, negative);
	element_copy(CURVE, Q->Z, CURVE->one);
}

/**
 * x and y of k P, no longer in Montgomery's form, from P, 3 P … 15 P. False if the secret is not in 1 … n - 1; then x
 * and y are not to be used.
 */
static bool multiply(Point *product, const uint8_t secret[32], const uint32_t *X, const uint32_t *Y, int stride)
{
	uint32_t k[8], t[8];
	number_load(k, 8, secret, 32);
	const bool is_valid = (number_subtract(t, k, CURVE->n, 8) ^ number_is_zero(k, 8)) != 0;
	const uint32_t even = (k[0] & 1) - 1;
	number_subtract(t, CURVE->n, k, 8);
	choose(k, t, even);
	// Σ ±2^i: bit i of (k + 2^256 - 1) / 2 is set for a plus. Four of them are a digit.
	for (int i = 0; i < 8; i++) k[i] = k[i] >> 1 | (i < 7 ? k[i + 1] << 31 : 1u << 31);

	Point multiple, *const sum = product;
	choose_multiple(sum, X, Y, stride, k[7] >> 28);
	for (int i = 62; i >= 0; i--) {
		for (int n = 0; n < 4; n++) point_double(CURVE, sum);
		choose_multiple(&multiple, X, Y, stride, k[i >> 3] >> 4 * (i & 7) & 15);
		const uint32_t equal = 0 - (uint32_t)point_add(CURVE, sum, multiple.X, multiple.Y);
		if (i > 0) continue;
		point_double(CURVE, &multiple);
		choose(sum->X, multiple.X, equal);
		choose(sum->Y, multiple.Y, equal);
		choose(sum->Z, multiple.Z, equal);
	}
	points_make_affine(CURVE, sum, 1, false);
	number_subtract(t, CURVE->p, sum->Y, 8);
	choose(sum->Y, t, even);
	static const uint32_t one[8] = {1};
	CURVE->multiply(sum->X, sum->X, one);
	CURVE->multiply(sum->Y, sum->Y, one);
	return is_valid;
}

bool baton_secp256r1_public_key(uint8_t public_key[65], const uint8_t secret[32])
{
	Point product;
	const bool is_valid = multiply(&product, secret, CURVE->base, CURVE->base + 8, 16);
	public_key[0] = 4; // uncompressed
	number_store(public_key + 1, 32, product.X);
	number_store(public_key + 33, 32, product.Y);
	return is_valid;
}

bool baton_secp256r1(uint8_t shared[32], const uint8_t secret[32], const uint8_t peer[65])
{
	Point P, multiples[8];
	if (!point_decode(CURVE, &P, peer)) return false;
	point_odd_multiples(CURVE, multiples, &P);
	const bool is_valid = multiply(&P, secret, multiples->X, multiples->Y, sizeof *multiples / 4);
	number_store(shared, 32, P.X);
	return is_valid;
}
