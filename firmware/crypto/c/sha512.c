// SHA-512 and SHA-384 (FIPS 180-4 §6.4, §6.5). Time depends on the length only.

#include "kernel.h"
#include "words.h"
#include <string.h>

// The first 64 bits of the fractional parts of the cube roots of the first 80 primes (§4.2.3).
static const uint64_t K[80] = {0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242,
	0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1,
	0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5,
	0x240ca1cc77ac9c65, 0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2,
	0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926,
	0x4d2c6dfc5ac42aed, 0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6,
	0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8,
	0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
	0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72,
	0x8cc702081a6439ec, 0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba,
	0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493,
	0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec,
	0x6c44198c4a475817};

static void compress(uint64_t h[8], const uint8_t *data, size_t blocks);

// SHA-384 is SHA-512 from another beginning, and its hash the first 48 bytes (§5.3.4, §6.5).
static const uint64_t initial512[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
static const uint64_t initial384[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
	0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};

static void begin(BatonSha512 *state, const uint64_t initial[8])
{
	memcpy(state->h, initial, sizeof state->h);
	state->length = 0;
}

void baton_sha512_begin(BatonSha512 *state)
{
	begin(state, initial512);
}

void baton_sha512_update(BatonSha512 *state, const uint8_t *data, size_t length)
{
	if (length == 0) return; // then data may be NULL
	size_t fill = (size_t)state->length & 127;
	state->length += length;
	if (fill > 0) {
		size_t take = 128 - fill < length ? 128 - fill : length;
		memcpy(state->block + fill, data, take);
		if (fill + take < 128) return;
		compress(state->h, state->block, 1);
		data += take;
		length -= take;
	}
	compress(state->h, data, length / 128);
	if (length % 128 > 0) memcpy(state->block, data + (length & ~(size_t)127), length % 128);
}

void baton_sha512_end(BatonSha512 *state, uint8_t hash[64])
{
	size_t fill = (size_t)state->length & 127;
	state->block[fill++] = 0x80; // §5.1.2
	if (fill > 112) {
		memset(state->block + fill, 0, 128 - fill);
		compress(state->h, state->block, 1);
		fill = 0;
	}
	memset(state->block + fill, 0, 120 - fill); // the length in bits has 128 of them, the upper 64 zero
	store32_be(state->block + 120, (uint32_t)(state->length >> 29));
	store32_be(state->block + 124, (uint32_t)(state->length << 3));
	compress(state->h, state->block, 1);
	for (int i = 0; i < 8; i++) {
		store32_be(hash + 8 * i, (uint32_t)(state->h[i] >> 32));
		store32_be(hash + 8 * i + 4, (uint32_t)state->h[i]);
	}
}

static void hash_from(const uint64_t initial[8], uint8_t *hash, size_t bytes, const uint8_t *data, size_t length)
{
	BatonSha512 state;
	uint8_t whole[64];
	begin(&state, initial);
	baton_sha512_update(&state, data, length);
	baton_sha512_end(&state, whole);
	memcpy(hash, whole, bytes);
}

void baton_sha512(uint8_t hash[64], const uint8_t *data, size_t length)
{
	hash_from(initial512, hash, 64, data, length);
}

void baton_sha384(uint8_t hash[48], const uint8_t *data, size_t length)
{
	hash_from(initial384, hash, 48, data, length);
}

#define SIGMA0(a) (rotate_right64(a, 28) ^ rotate_right64(a, 34) ^ rotate_right64(a, 39))
#define SIGMA1(e) (rotate_right64(e, 14) ^ rotate_right64(e, 18) ^ rotate_right64(e, 41))
#define sigma0(x) (rotate_right64(x, 1) ^ rotate_right64(x, 8) ^ ((x) >> 7))
#define sigma1(x) (rotate_right64(x, 19) ^ rotate_right64(x, 61) ^ ((x) >> 6))

// One round; the caller turns the names of the eight variables instead of moving their values.
// Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)), and this round's a ^ b is the next one's b ^ c.
#define ROUND(a, b, c, d, e, f, g, h, i) \
	h += SIGMA1(e) + (g ^ (e & (f ^ g))) + k[i] + w[i]; \
	d += h; \
	ab = a ^ b; \
	bc &= ab; \
	h += SIGMA0(a) + (b ^ bc); \
	bc = ab;

// After two rounds each name stands for the value two further on.
#define TURN(w, x, y, z) \
	{ \
		const uint64_t t = w; \
		w = x; \
		x = y; \
		y = z; \
		z = t; \
	}

/** §6.4.2 over `blocks` blocks of 128 bytes. */
static void compress(uint64_t H[8], const uint8_t *data, size_t blocks)
{
	for (; blocks > 0; blocks--, data += 128) {
		uint64_t schedule[16];
		for (int i = 0; i < 16; i++) {
			schedule[i] = (uint64_t)load32_be(data + 8 * i) << 32 | load32_be(data + 8 * i + 4);
		}
		uint64_t a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7];
		uint64_t ab, bc = b ^ c;
		const uint64_t *k = K;
		for (;;) { // five times 16 rounds
			for (const uint64_t *w = schedule; w < schedule + 16; w += 2, k += 2) {
				ROUND(a, b, c, d, e, f, g, h, 0)
				ROUND(h, a, b, c, d, e, f, g, 1)
				TURN(h, f, d, b)
				TURN(g, e, c, a)
			}
			if (k == K + 80) break;
			for (int i = 0; i < 16; i++) {
				uint64_t x = schedule[(i + 1) & 15], y = schedule[(i + 14) & 15];
				schedule[i] += sigma0(x) + schedule[(i + 9) & 15] + sigma1(y);
			}
		}
		H[0] += a, H[1] += b, H[2] += c, H[3] += d, H[4] += e, H[5] += f, H[6] += g, H[7] += h;
	}
}
