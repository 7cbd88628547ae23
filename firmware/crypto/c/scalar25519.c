// Integers around the order L = 2^252 + 27742317777372353535851937790883648493 of Ed25519's base point. Variable time:
// all of it is public.

#include "scalar25519.h"
#include <string.h>

static const uint32_t L[8] = {0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000};

bool scalar_is_reduced(const uint32_t s[8])
{
	for (int i = 7; i >= 0; i--) {
		if (s[i] != L[i]) return s[i] < L[i];
	}
	return false;
}

static void add_order(uint32_t r[8])
{
	uint64_t c = 0;
	for (int i = 0; i < 8; i++) {
		c += (uint64_t)r[i] + L[i];
		r[i] = (uint32_t)c;
		c >>= 32;
	}
}

/** One word after the other from the top: r = r 2^32 + word, less a multiple of L. */
void scalar_reduce(uint32_t r[8], const uint32_t x[16])
{
	uint32_t n[8]; // the remainder so far, below L
	for (int i = 0; i < 7; i++) n[i] = x[9 + i]; // 224 bits
	n[7] = 0;
	for (int next = 8; next >= 0; next--) {
		// With N = 2^32 n + word: ⌊N / 2^252⌋ ≥ ⌊N / L⌋ by at most 1, and ⌊N / L⌋ < 2^32 because n < L.
		uint32_t top = n[7], quotient = top >> 28 ? 0xffffffff : top << 4 | n[6] >> 28;
		uint32_t word = x[next], borrow = 0;
		uint64_t product = 0;
		for (int i = 0; i < 8; i++) {
			product += (uint64_t)quotient * L[i]; // ≤ (2^32 - 1)^2 + 2^32 - 1
			uint64_t t = (uint64_t)word - (uint32_t)product - borrow;
			word = n[i];
			n[i] = (uint32_t)t;
			borrow = (uint32_t)(t >> 32) & 1;
			product >>= 32;
		}
		// In (-2^158, L): the ninth word is 0, or -1 if the quotient was 1 too great.
		if (top - (uint32_t)product - borrow != 0) add_order(n);
	}
	for (int i = 0; i < 8; i++) r[i] = n[i];
}

void scalar_multiply(uint32_t r[8], const uint32_t a[8], const uint32_t b[8])
{
	uint32_t product[16] = {0};
	for (int i = 0; i < 8; i++) {
		uint32_t carry = 0;
		for (int j = 0; j < 8; j++) {
			uint64_t t = (uint64_t)a[i] * b[j] + product[i + j] + carry;
			product[i + j] = (uint32_t)t;
			carry = (uint32_t)(t >> 32);
		}
		product[i + 8] = carry;
	}
	scalar_reduce(r, product);
}

void scalar_negate(uint32_t r[8])
{
	uint32_t borrow = 0;
	for (int i = 0; i < 8; i++) {
		uint64_t t = (uint64_t)L[i] - r[i] - borrow;
		r[i] = (uint32_t)t;
		borrow = (uint32_t)(t >> 32) & 1;
	}
}

void scalar_make_odd(uint32_t r[8])
{
	if (!(r[0] & 1)) add_order(r);
}

/** Of the lowest `words` words of x; the others are known to be 0. */
static int bit_length(const uint32_t *x, int words)
{
	while (words > 0 && x[words - 1] == 0) words--;
	if (words == 0) return 0;
	int n = 32 * words - 31;
	uint32_t top = x[words - 1];
	for (int step = 16; step > 0; step >>= 1) {
		if (top >> step == 0) continue;
		top >>= step;
		n += step;
	}
	return n;
}

/** The 32 bits of x from bit `shift` on. */
static uint32_t bits_at(const uint32_t x[8], int shift)
{
	int word = shift >> 5;
	shift &= 31;
	return x[word] >> shift | (word < 7 ? x[word + 1] << 1 << (31 - shift) : 0);
}

/** A vector of the lattice { (d, c) : d ≡ ±c k modulo 8L }, with d ≥ 0, c ≥ 0 and the sign apart. */
typedef struct {
	uint32_t d[8], c[8];
	int length; // of d, in bits
	bool negative;
} Vector;

static bool below(const Vector *a, const Vector *b)
{
	if (a->length != b->length) return a->length < b->length;
	for (int i = 7; i >= 0; i--) {
		if (a->d[i] != b->d[i]) return a->d[i] < b->d[i];
	}
	return false;
}

/**
 * upper -= quotient 2^(32 n) lower, as often as it surely goes, or half as often, but at least once; lower ≤ upper.
 * Signs stay opposite, so the c are added.
 */
static void reduce(Vector *upper, const Vector *lower, bool by_halves)
{
	// The top 32 bits of both, lower shifted up by n words so that it is at most 32 bits shorter, and never longer.
	int n = upper->length > lower->length ? (upper->length - lower->length - 1) >> 5 : 0;
	int shift = upper->length > 32 ? upper->length - 32 : 0, lower_shift = shift - 32 * n;
	uint32_t divisor = lower_shift < 0 ? lower->d[0] << -lower_shift : bits_at(lower->d, lower_shift);
	uint32_t quotient = divisor == 0xffffffff ? 0 : bits_at(upper->d, shift) / (divisor + 1);
	if (quotient == 0) quotient = 1; // then n = 0, and lower ≤ upper
	if (by_halves) quotient -= quotient >> 1;

	int words = (upper->length + 31) >> 5;
	uint64_t product = 0;
	uint32_t borrow = 0;
	for (int i = 0; i + n < words; i++) {
		product += (uint64_t)quotient * lower->d[i];
		uint64_t t = (uint64_t)upper->d[i + n] - (uint32_t)product - borrow;
		upper->d[i + n] = (uint32_t)t;
		borrow = (uint32_t)(t >> 32) & 1;
		product >>= 32;
	}
	upper->length = bit_length(upper->d, words);

	words = (256 + 1 + 31 - lower->length) >> 5; // c_upper ≤ 8L / d_lower
	if (words > 8) words = 8;
	uint64_t sum = 0;
	for (int i = 0; i + n < words; i++) {
		sum += (uint64_t)quotient * lower->c[i] + upper->c[i + n];
		upper->c[i + n] = (uint32_t)sum;
		sum >>= 32;
	}
}

/**
 * Euclid's algorithm on 8L and k, half-way: take the vector with the lower d off the other as often as it goes. Then
 * c grows as d shrinks: c_upper d_lower + c_lower d_upper = 8L throughout, so nothing exceeds 256 bits. The two c are
 * coprime, so never both even. Each step takes at least a fifth off upper->d: fewer than 1,600 steps for any k, about
 * 80 for a hash.
 */
bool scalar_halve(uint32_t c[8], uint32_t d[8], const uint32_t k[8])
{
	Vector vectors[2] = {{.length = 256, .negative = true}, {.c = {1}, .length = bit_length(k, 8)}};
	Vector *upper = &vectors[0], *lower = &vectors[1];
	for (int i = 0; i < 8; i++) {
		upper->d[i] = L[i] << 3 | (i > 0 ? L[i - 1] >> 29 : 0);
		lower->d[i] = k[i];
	}

	Vector best = *lower; // the shortest with an odd c so far
	int best_length = best.length;
	while (best_length > 127) { // most are no shorter
		// Near the goal by smaller steps: a vector between two convergents may be the best with an odd c.
		reduce(upper, lower, upper->length <= 140);
		if (upper->length <= 140) {
			int length = bit_length(upper->c, 8);
			if (length >= best_length || upper->length == 0) break; // c only grows
			if (length < upper->length) length = upper->length;
			if ((upper->c[0] & 1) && length < best_length) {
				best_length = length;
				best = *upper;
			}
		}
		if (below(upper, lower)) {
			Vector *swap = upper;
			upper = lower;
			lower = swap;
		}
	}
	for (int i = 0; i < 8; i++) {
		c[i] = best.c[i];
		d[i] = best.d[i];
	}
	return best.negative;
}
