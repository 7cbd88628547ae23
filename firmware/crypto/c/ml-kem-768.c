// ML-KEM-768 (FIPS 203): key generation and decapsulation. Constant time in everything but ρ, which is public: no
// branch, no address and no division depends on a secret.
//
// Coefficients are never negative, and reduced as little as their bounds allow. The matrix is never whole: its entries
// are multiplied as SHAKE128 gives them. Four polynomials of 512 bytes are held at a time; decapsulation makes the rest
// anew from the private key's 128 bytes when it is needed.

#include "ml-kem-768.h"
#include "keccak.h"
#include "ml-kem-768-zetas.h"
#include <string.h>

enum {
	Q = 3329,
	N = 256,
	K = 3, // rows and columns of A
	DU = 10, // bits of a compressed coefficient of u, and of v
	DV = 4,
	POLYNOMIAL_BYTES = 12 * N / 8,
	U_BYTES = DU * N / 8, // of one polynomial
};

// What a private key is made of, and a ciphertext.
enum { RHO = 0, SIGMA = 32, Z = 64, HASH = 96, V = K * U_BYTES };

typedef uint16_t Polynomial[N];

// Steps are calls, each with a frame that is gone after it: inlined, they would all have theirs at once.
#define STEP static __attribute__((noinline))
STEP void derive_seeds(uint8_t rho_sigma[64], const uint8_t d[32]);
STEP void sample(Polynomial w, Sponge *sponge, const uint8_t seed[32], int number);
STEP void add_noise(Polynomial w, Sponge *sponge, const uint8_t seed[32], int number);
STEP void transform(Polynomial w);
STEP void transform_back(Polynomial w);
STEP void add_product(Polynomial sum, const Polynomial a, const Polynomial b);
STEP void add_matrix_product(
	Polynomial sum, Sponge *sponge, const uint8_t rho[32], int row, int column, const Polynomial b);
STEP void encode(uint8_t bytes[POLYNOMIAL_BYTES], const Polynomial w);
STEP void decompress_u(Polynomial w, const uint8_t bytes[U_BYTES]);
STEP uint32_t differs_from_u(const Polynomial w, const uint8_t bytes[U_BYTES]);
STEP void decode_message(uint8_t message[32], const Polynomial w, const uint8_t v[DV * N / 8]);
STEP void add_message(Polynomial w, const uint8_t message[32]);
STEP uint32_t differs_from_v(const Polynomial w, const uint8_t bytes[DV * N / 8]);
STEP void decrypt(uint8_t message[32], Sponge *sponge, const uint8_t *private_key, const uint8_t *ciphertext);
STEP uint32_t differs_from_encryption(const uint8_t *ciphertext, Sponge *sponge, const uint8_t *private_key,
	const uint8_t message[32], const uint8_t r[32]);
static void clear(Polynomial w);

void baton_ml_kem_768_generate(uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES],
	uint8_t encapsulation_key[BATON_ML_KEM_768_KEY_BYTES], const uint8_t d_z[64])
{
	derive_seeds(private_key + RHO, d_z);
	memcpy(private_key + Z, d_z + 32, 32);
	baton_ml_kem_768_expand(private_key, encapsulation_key);
}

/** Algorithm 13, step 1. */
STEP void derive_seeds(uint8_t rho_sigma[64], const uint8_t d[32])
{
	Sponge sponge;
	sponge_begin(&sponge, SHA3_512_RATE);
	sponge_absorb(&sponge, d, 32);
	sponge_absorb(&sponge, (const uint8_t[1]){K}, 1);
	sponge_end(&sponge, SHA3_SUFFIX);
	sponge_squeeze(&sponge, rho_sigma, 64);
}

/** Algorithm 13 from step 2 on. */
void baton_ml_kem_768_expand(
	uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES], uint8_t encapsulation_key[BATON_ML_KEM_768_KEY_BYTES])
{
	Polynomial s[K], t;
	Sponge sponge;
	for (int i = 0; i < K; i++) {
		sample(s[i], &sponge, private_key + SIGMA, i);
	}
	for (int row = 0; row < K; row++) {
		sample(t, &sponge, private_key + SIGMA, K + row); // e
		for (int column = 0; column < K; column++) {
			add_matrix_product(t, &sponge, private_key + RHO, row, column, s[column]);
		}
		encode(encapsulation_key + row * POLYNOMIAL_BYTES, t);
	}
	memcpy(encapsulation_key + K * POLYNOMIAL_BYTES, private_key + RHO, 32);
	sponge_begin(&sponge, SHA3_256_RATE);
	sponge_absorb(&sponge, encapsulation_key, BATON_ML_KEM_768_KEY_BYTES);
	sponge_end(&sponge, SHA3_SUFFIX);
	sponge_squeeze(&sponge, private_key + HASH, 32);
}

void baton_ml_kem_768_decapsulate(uint8_t shared[32], const uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES],
	const uint8_t ciphertext[BATON_ML_KEM_768_CIPHERTEXT_BYTES])
{
	Sponge sponge;
	uint8_t message[32], keys[64]; // K' and r
	decrypt(message, &sponge, private_key, ciphertext); // step 5
	sponge_begin(&sponge, SHA3_512_RATE);
	sponge_absorb(&sponge, message, 32);
	sponge_absorb(&sponge, private_key + HASH, 32);
	sponge_end(&sponge, SHA3_SUFFIX);
	sponge_squeeze(&sponge, keys, 64); // step 6
	const uint32_t differs = differs_from_encryption(ciphertext, &sponge, private_key, message, keys + 32);
	sponge_begin(&sponge, SHAKE256_RATE);
	sponge_absorb(&sponge, private_key + Z, 32);
	sponge_absorb(&sponge, ciphertext, BATON_ML_KEM_768_CIPHERTEXT_BYTES);
	sponge_end(&sponge, SHAKE_SUFFIX);
	sponge_squeeze(&sponge, message, 32); // K̄ (step 7)
	const uint32_t mask = 0 - ((differs + 0xff) >> 8); // differs is at most 255: 0, or all ones
	for (int i = 0; i < 32; i++) shared[i] = (uint8_t)(keys[i] ^ (mask & (keys[i] ^ message[i])));
}

/** Algorithm 15, s made again from σ. */
STEP void decrypt(uint8_t message[32], Sponge *sponge, const uint8_t *private_key, const uint8_t *ciphertext)
{
	Polynomial sum, s, u;
	clear(sum);
	for (int i = 0; i < K; i++) {
		sample(s, sponge, private_key + SIGMA, i);
		decompress_u(u, ciphertext + i * U_BYTES);
		transform(u);
		add_product(sum, s, u);
	}
	transform_back(sum);
	decode_message(message, sum, ciphertext + V);
}

/**
 * Algorithm 14 with the randomness r: 0 if it gives this ciphertext. Who has s and e need not have t = A s + e: t^T y is
 * s^T (A^T y) + e^T y, and A^T y is there, as the part of u without e1. So the encapsulation key is needed no more.
 */
STEP uint32_t differs_from_encryption(const uint8_t *ciphertext, Sponge *sponge, const uint8_t *private_key,
	const uint8_t message[32], const uint8_t r[32])
{
	Polynomial v, u, y, w;
	uint32_t differs = 0;
	clear(v);
	for (int column = 0; column < K; column++) {
		clear(u);
		for (int row = 0; row < K; row++) {
			sample(y, sponge, r, row);
			add_matrix_product(u, sponge, private_key + RHO, row, column, y);
			if (column > 0) continue; // e^T y, once
			sample(w, sponge, private_key + SIGMA, K + row);
			add_product(v, w, y);
		}
		sample(w, sponge, private_key + SIGMA, column);
		add_product(v, w, u);
		transform_back(u);
		add_noise(u, sponge, r, K + column); // e1
		differs |= differs_from_u(u, ciphertext + column * U_BYTES);
	}
	transform_back(v);
	add_noise(v, sponge, r, 2 * K); // e2
	add_message(v, message);
	return differs | differs_from_v(v, ciphertext + V);
}

/** By pairs: of a plainer loop the compiler makes memset, which takes longer where it goes byte by byte. */
static void clear(Polynomial w)
{
	for (uint16_t *p = w; p < w + N; p += 2) p[0] = p[1] = 0;
}

/** A polynomial of noise, transformed: coefficients at most 8 q + 2. */
STEP void sample(Polynomial w, Sponge *sponge, const uint8_t seed[32], int number)
{
	clear(w);
	add_noise(w, sponge, seed, number);
	transform(w);
}

/** w += q + PRF's bits as Algorithm 8 has them, -2 … 2. */
STEP void add_noise(Polynomial w, Sponge *sponge, const uint8_t seed[32], int number)
{
	sponge_begin(sponge, SHAKE256_RATE);
	sponge_absorb(sponge, seed, 32);
	sponge_absorb(sponge, (const uint8_t[1]){(uint8_t)number}, 1);
	sponge_end(sponge, SHAKE_SUFFIX);
	keccak_permute(sponge->words); // 128 bytes: less than one block
	for (const uint32_t *word = sponge->words; word < sponge->words + N / 8; word++) {
		uint32_t sums = (*word & 0x55555555) + (*word >> 1 & 0x55555555); // of neighbouring bits
		for (int i = 0; i < 8; i++, sums >>= 4) {
			*w = (uint16_t)(*w + Q + (sums & 3) - (sums >> 2 & 3));
			w++;
		}
	}
}

/**
 * a b modulo q, for a < 2^20; `factor` is b 2^32 / q, rounded up. Modulo 2^32, a times factor is 2^32 / q times what is
 * wanted, and too much by less than a; q / 2^32 times that is too much by less than 2^20 q / 2^32 < 1.
 */
static inline __attribute__((always_inline)) uint32_t multiply(uint32_t a, uint32_t factor)
{
	return (uint32_t)((uint64_t)(a * factor) * Q >> 32);
}

enum { ONE = 1290168 }; // the factor 1

/** (p, q) = (p + ζ q, p - ζ q + q). */
#define BUTTERFLY(p, q, zeta) \
	{ \
		const uint32_t t = multiply(q, zeta); \
		q = p + Q - t; \
		p += t; \
	}

/** Algorithm 9: a layer, then two of the others at a time. Each adds at most q: from q + 2 to 8 q + 2 at most. */
STEP void transform(Polynomial w)
{
	for (uint16_t *p = w; p < w + N / 2; p++) {
		uint32_t a = p[0], b = p[N / 2];
		BUTTERFLY(a, b, ZETAS[1])
		p[0] = (uint16_t)a, p[N / 2] = (uint16_t)b;
	}
	for (int blocks = 2, step = N / 8; step > 1; blocks *= 4, step /= 4) {
		uint16_t *p = w;
		for (const uint32_t *zeta = ZETAS + blocks, *zeta2 = ZETAS + 2 * blocks; zeta < ZETAS + 2 * blocks; zeta++) {
			const uint32_t z1 = *zeta, z2 = *zeta2++, z3 = *zeta2++;
			for (const uint16_t *const end = p + step; p < end; p++) {
				uint32_t a = p[0], b = p[step], c = p[2 * step], d = p[3 * step];
				BUTTERFLY(a, c, z1)
				BUTTERFLY(b, d, z1)
				BUTTERFLY(a, b, z2)
				BUTTERFLY(c, d, z3)
				p[0] = (uint16_t)a, p[step] = (uint16_t)b, p[2 * step] = (uint16_t)c, p[3 * step] = (uint16_t)d;
			}
			p += 3 * step;
		}
	}
}

/** (p, q) = (p + q, ζ (q - p)), for p at most 4 q. */
#define BUTTERFLY_BACK(p, q, zeta) \
	{ \
		const uint32_t t = q + 4 * Q - p; \
		p += q; \
		q = multiply(t, zeta); \
	}

/**
 * Algorithm 10, the layers in the same groups. Coefficients are below 2 q before each group and after it: of the four,
 * one would reach 8 q, and is reduced; one is a sum of two products, two are products. The last layer's factors are
 * divided by 128: what comes out is reduced.
 */
STEP void transform_back(Polynomial w)
{
	for (int blocks = N / 8, step = 2; blocks > 1; blocks /= 4, step *= 4) {
		uint16_t *p = w;
		for (const uint32_t *zeta = ZETAS + 2 * blocks, *zeta2 = ZETAS + 4 * blocks; zeta > ZETAS + blocks;) {
			const uint32_t z1 = *--zeta, z3 = *--zeta2, z2 = *--zeta2;
			for (const uint16_t *const end = p + step; p < end; p++) {
				uint32_t a = p[0], b = p[step], c = p[2 * step], d = p[3 * step];
				BUTTERFLY_BACK(a, b, z3)
				BUTTERFLY_BACK(c, d, z2)
				BUTTERFLY_BACK(a, c, z1)
				BUTTERFLY_BACK(b, d, z1)
				a = multiply(a, ONE);
				p[0] = (uint16_t)a, p[step] = (uint16_t)b, p[2 * step] = (uint16_t)c, p[3 * step] = (uint16_t)d;
			}
			p += 3 * step;
		}
	}
	for (uint16_t *p = w; p < w + N / 2; p++) {
		const uint32_t a = p[0], b = p[N / 2];
		p[0] = (uint16_t)multiply(a + b, 4261422944); // 1 / 128
		p[N / 2] = (uint16_t)multiply(b + 2 * Q - a, 2131356556); // ζ^64 / 128
	}
}

/** x modulo q, but below 2 q. 1290167 is 2^32 / q rounded down: the quotient is right or less by one. */
static inline __attribute__((always_inline)) uint32_t reduce(uint32_t x)
{
	return x - (uint32_t)((uint64_t)x * 1290167 >> 32) * Q;
}

/**
 * sum += a b, of the pairs of coefficients at `i` (Algorithm 12): modulo X^2 - γ. With a and b at most 8 q + 2 and sum
 * at most 8 q + 2, nothing reaches 2^31.
 */
static inline __attribute__((always_inline)) void add_pair(
	uint16_t *sum, uint32_t a0, uint32_t a1, uint32_t b0, uint32_t b1, uint32_t gamma)
{
	const uint32_t x0 = sum[0] + a0 * b0 + a1 * multiply(b1, gamma), x1 = sum[1] + a0 * b1 + a1 * b0;
	sum[0] = (uint16_t)reduce(x0);
	sum[1] = (uint16_t)reduce(x1);
}

/** The factor γ of pair `pair` (Algorithm 11): the powers of ζ from the 64th on, and with each its negative. */
static inline __attribute__((always_inline)) uint32_t gamma_of(int pair)
{
	const uint32_t zeta = ZETAS[N / 4 + pair / 2], sign = 0 - (uint32_t)(pair & 1);
	return (zeta ^ sign) + 2 * (0 - sign); // q - b has the factor 1 - that of b
}

/** Below 2 q. */
STEP void add_product(Polynomial sum, const Polynomial a, const Polynomial b)
{
	for (int i = 0; i < N; i += 2) add_pair(sum + i, a[i], a[i + 1], b[i], b[i + 1], gamma_of(i / 2));
}

/** sum += A[row, column] b, the entry as Algorithm 7 samples it of ρ, column and row. Below 2 q. */
STEP void add_matrix_product(
	Polynomial sum, Sponge *sponge, const uint8_t rho[32], int row, int column, const Polynomial b)
{
	sponge_begin(sponge, SHAKE128_RATE);
	sponge_absorb(sponge, rho, 32);
	sponge_absorb(sponge, (const uint8_t[2]){(uint8_t)column, (uint8_t)row}, 2);
	sponge_end(sponge, SHAKE_SUFFIX);
	uint32_t first = 0; // of a pair
	for (int i = 0;;) {
		keccak_permute(sponge->words);
		for (const uint32_t *p = sponge->words; p < sponge->words + SHAKE128_RATE / 4; p += 3) {
			uint32_t bits = p[0], rest = p[1], last = p[2];
			for (int j = 0; j < 8; j++) { // three words are eight times 12 bits
				const uint32_t a = bits & 0xfff;
				bits = bits >> 12 | rest << 20;
				rest = rest >> 12 | last << 20;
				last >>= 12;
				if (a >= Q) continue;
				if (i % 2 == 0) first = a;
				else add_pair(sum + i - 1, first, a, b[i - 1], b[i], gamma_of(i / 2));
				if (++i == N) return;
			}
		}
	}
}

/** ByteEncode12 (Algorithm 5) of what is below 2^16. */
STEP void encode(uint8_t bytes[POLYNOMIAL_BYTES], const Polynomial w)
{
	for (int i = 0; i < N; i += 2, bytes += 3) {
		const uint32_t a = multiply(w[i], ONE), b = multiply(w[i + 1], ONE);
		bytes[0] = (uint8_t)a;
		bytes[1] = (uint8_t)(a >> 8 | b << 4);
		bytes[2] = (uint8_t)(b >> 4);
	}
}

/**
 * Compress (4.7) to `bits`: x 2^bits / q, rounded, modulo 2^bits, for x below 2^16. The sum is below 2^22, and 10321340
 * is 2^35 / q rounded up: too much by less than 2^22 / 2^35 < 1 / q, so the quotient is right.
 */
static inline __attribute__((always_inline)) uint32_t compress(uint32_t x, int bits)
{
	const uint32_t sum = (multiply(x, ONE) << bits) + Q / 2;
	return (uint32_t)((uint64_t)sum * 10321340 >> 35) & ((1u << bits) - 1);
}

/** Decompress (4.8): x q / 2^bits, rounded. */
static inline __attribute__((always_inline)) uint32_t decompress(uint32_t x, int bits)
{
	return (x * Q + (1u << (bits - 1))) >> bits;
}

STEP void decompress_u(Polynomial w, const uint8_t bytes[U_BYTES])
{
	for (int i = 0; i < N; i++) {
		const uint8_t *p = bytes + DU * i / 8; // the 10 bits lie in two bytes
		w[i] = (uint16_t)decompress((uint32_t)(p[0] | p[1] << 8) >> DU * i % 8 & 0x3ff, DU);
	}
}

/** 0 if ByteEncode10 of w, compressed, is what is there; at most 255. */
STEP uint32_t differs_from_u(const Polynomial w, const uint8_t bytes[U_BYTES])
{
	uint32_t differs = 0;
	for (int i = 0; i < N; i++) {
		const uint8_t *p = bytes + DU * i / 8;
		differs |= ((uint32_t)(p[0] | p[1] << 8) >> DU * i % 8 & 0x3ff) ^ compress(w[i], DU);
	}
	return (differs | differs >> 8) & 0xff;
}

/** Algorithm 15, steps 6 and 7: v - w, each coefficient a bit. */
STEP void decode_message(uint8_t message[32], const Polynomial w, const uint8_t v[DV * N / 8])
{
	for (int i = 0; i < N; i += 8) {
		uint32_t bits = 0;
		for (int j = 0; j < 8; j++) {
			const uint32_t x = decompress(v[(i + j) / 2] >> 4 * (j % 2) & 15, DV);
			bits |= compress(x + Q - w[i + j], 1) << j;
		}
		message[i / 8] = (uint8_t)bits;
	}
}

/** Algorithm 14, step 20: w += μ. */
STEP void add_message(Polynomial w, const uint8_t message[32])
{
	for (int i = 0; i < N; i++) {
		const uint32_t bit = message[i / 8] >> i % 8 & 1;
		w[i] = (uint16_t)(w[i] + decompress(bit, 1));
	}
}

/** 0 if ByteEncode4 of w, compressed, is what is there; at most 15. */
STEP uint32_t differs_from_v(const Polynomial w, const uint8_t bytes[DV * N / 8])
{
	uint32_t differs = 0;
	for (int i = 0; i < N; i++) differs |= (bytes[i / 2] >> 4 * (i % 2) & 15u) ^ compress(w[i], DV);
	return differs;
}
