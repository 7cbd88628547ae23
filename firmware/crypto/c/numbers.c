// Unsigned integers of many words: see numbers.h.

#include "numbers.h"

void number_load(uint32_t *x, int words, const uint8_t *bytes, size_t length)
{
	for (int i = 0; i < words; i++) x[i] = 0;
	for (size_t i = 0; i < length; i++) x[i >> 2] |= (uint32_t)bytes[length - 1 - i] << (8 * (i & 3));
}

void number_store(uint8_t *bytes, size_t length, const uint32_t *x)
{
	for (size_t i = 0; i < length; i++) bytes[length - 1 - i] = (uint8_t)(x[i >> 2] >> (8 * (i & 3)));
}

bool number_is_zero(const uint32_t *x, int words)
{
	uint32_t any = 0;
	for (int i = 0; i < words; i++) any |= x[i];
	return any == 0;
}

bool number_is_less(const uint32_t *x, const uint32_t *y, int words)
{
	for (int i = words - 1; i >= 0; i--) {
		if (x[i] != y[i]) return x[i] < y[i];
	}
	return false;
}

uint32_t number_subtract(uint32_t *h, const uint32_t *x, const uint32_t *y, int words)
{
	uint32_t borrow = 0;
	for (const uint32_t *const end = x + words; x != end; x++, y++, h++) {
		const uint32_t a = *x, b = *y, t = a - b;
		*h = t - borrow;
		borrow = (a < b) + (t < borrow); // never both
	}
	return borrow;
}

/** *h += f x + carry. Returns the carry: f x + *h + carry ≤ (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1. */
static inline __attribute__((always_inline)) uint32_t add_product(uint32_t *h, uint32_t x, uint32_t f, uint32_t carry)
{
	const uint64_t t = (uint64_t)f * x + *h + carry;
	*h = (uint32_t)t;
	return (uint32_t)(t >> 32);
}

uint64_t number_add_products(uint32_t *h, const uint32_t *x, int words, uint32_t f0, uint32_t f1, uint32_t carry0)
{
	uint32_t carry1 = 0, below = 0; // the word of x below
	for (const uint32_t *const end = x + words; x != end; x += 2, h += 2) {
		const uint32_t x0 = x[0], x1 = x[1];
		carry0 = add_product(h, x0, f0, carry0);
		carry1 = add_product(h, below, f1, carry1);
		carry0 = add_product(h + 1, x1, f0, carry0);
		carry1 = add_product(h + 1, x0, f1, carry1);
		below = x1;
	}
	return (uint64_t)f1 * below + carry0 + carry1;
}

void number_multiply(uint32_t *product, const uint32_t *x, const uint32_t *y, int words)
{
	for (int i = 0; i < words; i++) product[i] = 0;
	for (int i = 0; i < words; i += 2) {
		const uint64_t carry = number_add_products(product + i, x, words, y[i], y[i + 1], 0);
		product[i + words] = (uint32_t)carry;
		product[i + words + 1] = (uint32_t)(carry >> 32);
	}
}

uint32_t montgomery_inverse(uint32_t m)
{
	uint32_t inverse = m; // 1 / m modulo 2^3, since m is odd; each step doubles the bits (Newton)
	for (int i = 0; i < 4; i++) inverse *= 2 - m * inverse;
	return 0 - inverse;
}

void montgomery_reduce(uint32_t *h, uint32_t *t, const uint32_t *m, int words, uint32_t inverse)
{
	uint32_t above = 0;
	for (int i = 0; i < words; i += 2) {
		// Two words of q: the second is what makes word 1 of t + q m, with what comes from word 0, 0.
		const uint32_t q0 = t[i] * inverse;
		uint64_t sum = (uint64_t)q0 * m[0] + t[i];
		const uint32_t q1 = (q0 * m[1] + t[i + 1] + (uint32_t)(sum >> 32)) * inverse;
		const uint64_t carry = number_add_products(t + i, m, words, q0, q1, 0);
		sum = (uint64_t)t[i + words] + (uint32_t)carry + above;
		t[i + words] = (uint32_t)sum;
		sum = (sum >> 32) + t[i + words + 1] + (carry >> 32);
		t[i + words + 1] = (uint32_t)sum;
		above = (uint32_t)(sum >> 32);
	}
	// (t + q m) / 2^(32 words) < 2 m, q < 2^(32 words): m off it, and on again if that was too much.
	uint32_t mask = above - number_subtract(h, t + words, m, words);
	uint64_t sum = 0;
	for (int i = 0; i < words; i++) {
		sum += (uint64_t)h[i] + (m[i] & mask);
		h[i] = (uint32_t)sum;
		sum >>= 32;
	}
}
