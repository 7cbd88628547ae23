// ML-DSA-44 (FIPS 204), verification only, pure, with the empty context string: what certificates (RFC 9881) and TLS
// need. Everything here is public and takes variable time.
//
// Three polynomials of 1 KiB are all that is held at a time. The matrix is never whole: its entries are multiplied as
// SHAKE128 gives them. Two rows of A z are summed up at once, so that each part of z is unpacked and transformed twice
// and not four times. The challenge c has 39 coefficients that are not 0: 2^13 c t1 is subtracted after the transform
// back, as sums of shifted t1, which needs no place for c.

#include "ml-dsa-44.h"
#include "keccak.h"
#include "ml-dsa-44-zetas.h"
#include <string.h>

// Table 1. z has coefficients of γ1 - 2^17 + 1 … γ1, in 18 bits each.
enum {
	Q = 8380417, // 2^23 - 2^13 + 1
	N = 256,
	K = 4, // rows of A
	L = 4, // columns of A
	D = 13,
	TAU = 39,
	BETA = 78,
	GAMMA1 = 1 << 17,
	GAMMA2 = (Q - 1) / 88,
	OMEGA = 80,
	CHALLENGE_BYTES = 32,
	Z_BYTES = 18 * N / 8, // of one polynomial
	T1_BYTES = 10 * N / 8,
	W1_BYTES = 6 * N / 8,
	HINTS_AT = CHALLENGE_BYTES + L * Z_BYTES,
};

typedef union {
	int32_t w[N];
	int16_t t1[2 * N]; // -t1, then t1
	int8_t c[N];
	uint8_t bytes[4 * N];
} Polynomial;

/** The challenge: c = Σ x^at[i] over i < plus, less Σ x^at[i] over the other i. */
typedef struct {
	uint8_t at[TAU];
	uint8_t plus;
} Challenge;

/** All that a verification holds: one object, so that the compiler keeps one address and not six. */
typedef struct {
	Polynomial sums[2]; // two rows of A z
	Polynomial c; // what is multiplied
	Sponge sponge, high_bits;
	Challenge challenge;
} Workspace;

// Steps are calls, each with a frame that is gone after it: inlined, they would all have theirs at once.
#define STEP static __attribute__((noinline))
STEP bool are_hints_good(const uint8_t hints[OMEGA + K]);
STEP void sample_in_ball(Challenge *c, int8_t whole[N], Sponge *sponge, const uint8_t seed[CHALLENGE_BYTES]);
STEP void hash_message(
	uint8_t mu[64], Sponge *sponge, const uint8_t public_key[1312], const uint8_t *message, size_t length);
static void clear(int32_t w[N]);
STEP bool unpack_z(int32_t z[N], const uint8_t packed[Z_BYTES]);
STEP void transform(int32_t w[N]);
STEP void transform_back(int32_t w[N]);
STEP void add_product(int32_t sum[N], Sponge *sponge, const uint8_t rho[32], int row, int column, const int32_t z[N]);
STEP void unpack_t1(int16_t t1[2 * N], const uint8_t packed[T1_BYTES]);
STEP void subtract_c_t1(int32_t w[N], const Challenge *c, const int16_t t1[2 * N]);
STEP const uint8_t *pack_high_bits(Polynomial *p, const uint8_t *hint, const uint8_t *end);

/** Algorithm 8 on M' = 0 ‖ 0 ‖ message (Algorithm 3, the context empty). */
bool baton_ml_dsa_44_verify(const uint8_t public_key[BATON_ML_DSA_44_KEY_BYTES], const uint8_t *message, size_t length,
	const uint8_t signature[BATON_ML_DSA_44_SIGNATURE_BYTES])
{
	const uint8_t *const hints = signature + HINTS_AT, *hint = hints;
	Workspace s;
	if (!are_hints_good(hints)) return false;
	sample_in_ball(&s.challenge, s.c.c, &s.sponge, signature);
	hash_message(s.c.bytes, &s.sponge, public_key, message, length);
	sponge_begin(&s.high_bits, SHAKE256_RATE);
	sponge_absorb(&s.high_bits, s.c.bytes, 64);
	for (int row = 0; row < K;) {
		clear(s.sums[0].w);
		clear(s.sums[1].w);
		for (int column = 0; column < L; column++) {
			if (!unpack_z(s.c.w, signature + CHALLENGE_BYTES + column * Z_BYTES)) return false;
			transform(s.c.w);
			add_product(s.sums[0].w, &s.sponge, public_key, row, column, s.c.w);
			add_product(s.sums[1].w, &s.sponge, public_key, row + 1, column, s.c.w);
		}
		for (Polynomial *p = s.sums; p < s.sums + 2; p++, row++) {
			transform_back(p->w);
			unpack_t1(s.c.t1, public_key + 32 + row * T1_BYTES);
			subtract_c_t1(p->w, &s.challenge, s.c.t1);
			hint = pack_high_bits(p, hint, hints + hints[OMEGA + row]);
			sponge_absorb(&s.high_bits, p->bytes, W1_BYTES);
		}
	}
	sponge_end(&s.high_bits, SHAKE_SUFFIX);
	sponge_squeeze(&s.high_bits, s.c.bytes, CHALLENGE_BYTES);
	return memcmp(s.c.bytes, signature, CHALLENGE_BYTES) == 0;
}

/** Algorithm 21: in each row the places of hints ascend, and what is unused is 0. */
STEP bool are_hints_good(const uint8_t hints[OMEGA + K])
{
	int i = 0;
	for (int row = 0; row < K; row++) {
		const int end = hints[OMEGA + row], first = i;
		if (end < first || end > OMEGA) return false;
		for (; i < end; i++) {
			if (i > first && hints[i - 1] >= hints[i]) return false;
		}
	}
	for (; i < OMEGA; i++) {
		if (hints[i] != 0) return false;
	}
	return true;
}

/** Algorithm 29. */
STEP void sample_in_ball(Challenge *c, int8_t whole[N], Sponge *sponge, const uint8_t seed[CHALLENGE_BYTES])
{
	uint8_t signs[8], j;
	sponge_begin(sponge, SHAKE256_RATE);
	sponge_absorb(sponge, seed, CHALLENGE_BYTES);
	sponge_end(sponge, SHAKE_SUFFIX);
	sponge_squeeze(sponge, signs, sizeof signs);
	for (int i = 0; i < N; i++) whole[i] = 0;
	for (int n = 0; n < TAU; n++) {
		const int i = N - TAU + n;
		do sponge_squeeze(sponge, &j, 1);
		while (j > i);
		whole[i] = whole[j];
		whole[j] = signs[n / 8] >> n % 8 & 1 ? -1 : 1;
	}
	uint8_t *at = c->at;
	for (int i = 0; i < N; i++) {
		if (whole[i] > 0) *at++ = (uint8_t)i;
	}
	c->plus = (uint8_t)(at - c->at);
	for (int i = 0; i < N; i++) {
		if (whole[i] < 0) *at++ = (uint8_t)i;
	}
}

/** Algorithm 8, steps 6 and 7: μ of M' = 0 ‖ 0 ‖ message. */
STEP void hash_message(
	uint8_t mu[64], Sponge *sponge, const uint8_t public_key[1312], const uint8_t *message, size_t length)
{
	sponge_begin(sponge, SHAKE256_RATE);
	sponge_absorb(sponge, public_key, 1312);
	sponge_end(sponge, SHAKE_SUFFIX);
	sponge_squeeze(sponge, mu, 64); // tr
	sponge_begin(sponge, SHAKE256_RATE);
	sponge_absorb(sponge, mu, 64);
	sponge_absorb(sponge, (const uint8_t[2]){0, 0}, 2);
	sponge_absorb(sponge, message, length);
	sponge_end(sponge, SHAKE_SUFFIX);
	sponge_squeeze(sponge, mu, 64);
}

/** By pairs: of a plainer loop the compiler makes memset, which takes twice as long where it goes byte by byte. */
static void clear(int32_t w[N])
{
	for (int32_t *p = w; p < w + N; p += 2) p[0] = p[1] = 0;
}

/** Algorithm 19 for one polynomial. False: a coefficient is not in -(γ1 - β) + 1 … γ1 - β - 1 (Algorithm 8, step 13). */
STEP bool unpack_z(int32_t z[N], const uint8_t packed[Z_BYTES])
{
	for (int i = 0; i < N; i++) {
		const uint8_t *p = packed + 18 * i / 8;
		const uint32_t v = ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16) >> 18 * i % 8 & 0x3ffff;
		if (v - (BETA + 1) > 2 * (GAMMA1 - BETA - 1)) return false; // v = γ1 - z is in β + 1 … 2 γ1 - β - 1
		z[i] = GAMMA1 - (int32_t)v;
	}
	return true;
}

/**
 * a b / 2^32 modulo q (Montgomery): a b - m q is a multiple of 2^32 for the m between -2^31 and 2^31 - 1 that is
 * a b / q modulo 2^32. So the result is at most |a b| / 2^32 + q / 2.
 */
static inline __attribute__((always_inline)) int32_t multiply(int32_t a, int32_t b)
{
	const int32_t m = (int32_t)((uint32_t)a * (uint32_t)b * 58728449); // 58728449 q = 1 modulo 2^32
	return (int32_t)((int64_t)a * b >> 32) - (int32_t)((int64_t)m * Q >> 32); // their lower halves are the same
}

/** (p, q) = (p + ζ q, p - ζ q); `zeta` is ζ 2^32. */
#define BUTTERFLY(p, q, zeta) \
	{ \
		const int32_t t = multiply(q, zeta); \
		q = p - t; \
		p += t; \
	}

/**
 * Algorithm 41, two of its eight layers at a time. |ζ| ≤ q / 2, so that each layer adds less than |w| / 2^10 + q / 2 to
 * |w|: from 2^17 to less than 5 q.
 */
STEP void transform(int32_t w[N])
{
	for (int blocks = 1, step = N / 4; step > 0; blocks *= 4, step /= 4) {
		int32_t *p = w;
		for (const int32_t *zeta = ZETAS + blocks, *zeta2 = ZETAS + 2 * blocks; zeta < ZETAS + 2 * blocks; zeta++) {
			const int32_t z1 = *zeta, z2 = *zeta2++, z3 = *zeta2++;
			for (const int32_t *const end = p + step; p < end; p++) {
				int32_t a = p[0], b = p[step], c = p[2 * step], d = p[3 * step];
				BUTTERFLY(a, c, z1)
				BUTTERFLY(b, d, z1)
				BUTTERFLY(a, b, z2)
				BUTTERFLY(c, d, z3)
				p[0] = a, p[step] = b, p[2 * step] = c, p[3 * step] = d;
			}
			p += 3 * step;
		}
	}
}

/** (p, q) = (p + q, ζ (q - p)). */
#define BUTTERFLY_BACK(p, q, zeta) \
	{ \
		const int32_t t = q - p; \
		p += q; \
		q = multiply(t, zeta); \
	}

/**
 * Algorithm 42, two of its eight layers at a time, of the sum of four products: at most 2.1 q. What these have too
 * little, a factor of 2^32, is made good with the factor 1 / 256, which is put first: that leaves less than 0.52 q. Each
 * layer at most doubles it (its products are below q / 4 + q / 2): to less than 134 q, and 2^31 is more than 256 q.
 */
STEP void transform_back(int32_t w[N])
{
	for (int i = 0; i < N; i++) w[i] = multiply(w[i], 41978); // 2^64 / 256 modulo q
	for (int blocks = N / 4, step = 1; blocks > 0; blocks /= 4, step *= 4) {
		int32_t *p = w;
		for (const int32_t *zeta = ZETAS + 2 * blocks, *zeta2 = ZETAS + 4 * blocks; zeta > ZETAS + blocks;) {
			const int32_t z1 = *--zeta, z3 = *--zeta2, z2 = *--zeta2;
			for (const int32_t *const end = p + step; p < end; p++) {
				int32_t a = p[0], b = p[step], c = p[2 * step], d = p[3 * step];
				BUTTERFLY_BACK(a, b, z3)
				BUTTERFLY_BACK(c, d, z2)
				BUTTERFLY_BACK(a, c, z1)
				BUTTERFLY_BACK(b, d, z1)
				p[0] = a, p[step] = b, p[2 * step] = c, p[3 * step] = d;
			}
			p += 3 * step;
		}
	}
}

/**
 * sum += A[row, column] z / 2^32, in the transform's domain; the entry as Algorithm 30 samples it. |z| < 5 q and the
 * entry's coefficients are below q, so each product is at most 5 q^2 / 2^32 + q / 2 < 0.52 q.
 */
STEP void add_product(int32_t sum[N], Sponge *sponge, const uint8_t rho[32], int row, int column, const int32_t z[N])
{
	sponge_begin(sponge, SHAKE128_RATE);
	sponge_absorb(sponge, rho, 32);
	sponge_absorb(sponge, (const uint8_t[2]){(uint8_t)column, (uint8_t)row}, 2);
	sponge_end(sponge, SHAKE_SUFFIX);
	const int32_t *const end = sum + N;
	for (;;) {
		keccak_permute(sponge->words);
		for (const uint32_t *p = sponge->words; p < sponge->words + SHAKE128_RATE / 4; p += 3) {
			// Three words are four times three bytes, of which the uppermost bit does not count (Algorithm 14).
			const uint32_t candidates[4] = {p[0], p[0] >> 24 | p[1] << 8, p[1] >> 16 | p[2] << 16, p[2] >> 8};
			_Pragma("GCC unroll 4") for (int i = 0; i < 4; i++)
			{
				const uint32_t a = candidates[i] & 0x7fffff;
				if (a >= Q) continue;
				*sum++ += multiply((int32_t)a, *z++);
				if (sum == end) return;
			}
		}
	}
}

/** Algorithm 18 for one polynomial: 10 bits each. */
STEP void unpack_t1(int16_t t1[2 * N], const uint8_t packed[T1_BYTES])
{
	for (int i = 0; i < N; i++) {
		const uint8_t *p = packed + 10 * i / 8;
		const int v = (p[0] | p[1] << 8) >> 10 * i % 8 & 0x3ff;
		t1[N + i] = (int16_t)v;
		t1[i] = (int16_t)-v;
	}
}

/**
 * w -= 2^13 c t1 modulo x^256 + 1: x^n t1 is the 256 coefficients that lie n before t1's own, since x^256 = -1.
 * The sums are at most 39 * 1023, which times 2^13 is less than 40 q.
 */
STEP void subtract_c_t1(int32_t w[N], const Challenge *c, const int16_t t1[2 * N])
{
	for (int i = 0; i < N; i += 8) {
		const int16_t *const p = t1 + N + i;
		int32_t sum[8] = {0};
		const uint8_t *at = c->at;
		for (; at < c->at + c->plus; at++) {
			const int16_t(*const from)[8] = (const int16_t(*)[8])(p - *at);
			_Pragma("GCC unroll 8") for (int j = 0; j < 8; j++) sum[j] += (*from)[j];
		}
		for (; at < c->at + TAU; at++) {
			const int16_t(*const from)[8] = (const int16_t(*)[8])(p - *at);
			_Pragma("GCC unroll 8") for (int j = 0; j < 8; j++) sum[j] -= (*from)[j];
		}
		_Pragma("GCC unroll 8") for (int j = 0; j < 8; j++) w[i + j] -= sum[j] * (1 << D);
	}
}

/** Algorithm 40, UseHint, of a number below q. */
static int32_t use_hint(int32_t r, bool hint)
{
	// Decompose (Algorithm 36): r1 = (r - r0) / 2 γ2 for the r0 in -γ2 + 1 … γ2, rounded down after adding γ2 - 1.
	// 2 γ2 = 93 * 2^11; for y < 2^12 + 48, y / 93 rounded down is y * 45101 / 2^22, since 45101 * 93 = 2^22 + 89.
	int32_t r1 = ((r + GAMMA2 - 1) >> 11) * 45101 >> 22;
	int32_t r0 = r - r1 * 2 * GAMMA2;
	if (r1 == 44) r1 = 0, r0--;
	if (!hint) return r1;
	if (r0 > 0) return r1 == 43 ? 0 : r1 + 1;
	return r1 == 0 ? 43 : r1 - 1;
}

/** w1Encode (Algorithm 28) of one row in its place: 6 bits each. From `hint` to `end`: where this row's hints are. */
STEP const uint8_t *pack_high_bits(Polynomial *p, const uint8_t *hint, const uint8_t *end)
{
	uint8_t *packed = p->bytes;
	for (int i = 0; i < N;) {
		uint32_t bits = 0;
		for (int shift = 0; shift < 24; shift += 6, i++) {
			// |w| < 174 q: t is 174 at most, and w - t q = w - 2^23 t + (2^13 - 1) t at most 2^22 + 174 * 2^13 < q.
			const int32_t w = p->w[i], t = (w + (1 << 22)) >> 23, r = w - t * Q;
			const bool hinted = hint < end && *hint == i;
			if (hinted) hint++;
			bits |= (uint32_t)use_hint(r < 0 ? r + Q : r, hinted) << shift;
		}
		*packed++ = (uint8_t)bits;
		*packed++ = (uint8_t)(bits >> 8);
		*packed++ = (uint8_t)(bits >> 16);
	}
	return end;
}
