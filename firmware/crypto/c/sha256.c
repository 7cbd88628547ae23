// SHA-256 (FIPS 180-4 §6.2). Time depends on the length only.

#include "kernel.h"
#include "sha256.h"
#include "words.h"
#include <string.h>

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (§4.2.2).
static const uint32_t K[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
	0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
	0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70,
	0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
	0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void compress(uint32_t h[8], const uint8_t *data, size_t blocks);

/** §5.3.3. By pairs: of a plainer loop the compiler makes memcpy, which may go byte by byte. */
static void begin(uint32_t h[8])
{
	static const uint32_t initial[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	for (int i = 0; i < 8; i += 2) h[i] = initial[i], h[i + 1] = initial[i + 1];
}

void sha256_block(uint32_t h[8], const uint8_t block[64])
{
	begin(h);
	compress(h, block, 1);
}

void baton_sha256_begin(BatonSha256 *state)
{
	begin(state->h);
	state->length = 0;
}

void baton_sha256_update(BatonSha256 *state, const uint8_t *data, size_t length)
{
	if (length == 0) return; // then data may be NULL
	size_t fill = (size_t)state->length & 63;
	state->length += length;
	if (fill > 0) {
		size_t take = 64 - fill < length ? 64 - fill : length;
		memcpy(state->block + fill, data, take);
		if (fill + take < 64) return;
		compress(state->h, state->block, 1);
		data += take;
		length -= take;
	}
	compress(state->h, data, length / 64);
	if (length % 64 > 0) memcpy(state->block, data + (length & ~(size_t)63), length % 64);
}

void baton_sha256_end(BatonSha256 *state, uint8_t hash[32])
{
	size_t fill = (size_t)state->length & 63;
	state->block[fill++] = 0x80; // §5.1.1
	if (fill > 56) {
		memset(state->block + fill, 0, 64 - fill);
		compress(state->h, state->block, 1);
		fill = 0;
	}
	memset(state->block + fill, 0, 56 - fill);
	store32_be(state->block + 56, (uint32_t)(state->length >> 29));
	store32_be(state->block + 60, (uint32_t)(state->length << 3));
	compress(state->h, state->block, 1);
	for (int i = 0; i < 8; i++) store32_be(hash + 4 * i, state->h[i]);
}

void baton_sha256(uint8_t hash[32], const uint8_t *data, size_t length)
{
	BatonSha256 state;
	baton_sha256_begin(&state);
	baton_sha256_update(&state, data, length);
	baton_sha256_end(&state, hash);
}

#define SIGMA0(a) (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22))
#define SIGMA1(e) (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25))
#define sigma0(x) (rotate_right(x, 7) ^ rotate_right(x, 18) ^ ((x) >> 3))
#define sigma1(x) (rotate_right(x, 17) ^ rotate_right(x, 19) ^ ((x) >> 10))

// One round; the caller turns the names of the eight variables instead of moving their values.
#define ROUND(a, b, c, d, e, f, g, h, i) \
	h += SIGMA1(e) + (g ^ (e & (f ^ g))) + k[i] + w[i]; \
	d += h; \
	h += SIGMA0(a) + ((a & b) | (c & (a | b)));

// After four rounds each name stands for the value four further on.
#define SWAP(x, y) \
	{ \
		const uint32_t t = x; \
		x = y; \
		y = t; \
	}

// Words `from` … `to` - 1 of the next 16 (§6.2.2, step 1), in the places of those 16 before them. a, b and c are 1, 9
// and 14 modulo 16, so that no word's place has to be computed.
#define EXTEND(from, to, a, b, c) \
	for (uint32_t *w = schedule + from; w < schedule + to; w++) w[0] += sigma0(w[a]) + w[b] + sigma1(w[c]);

/** §6.2.2 over `blocks` blocks of 64 bytes. */
static void compress(uint32_t H[8], const uint8_t *data, size_t blocks)
{
	for (; blocks > 0; blocks--, data += 64) {
		uint32_t schedule[16];
		for (int i = 0; i < 16; i++) schedule[i] = load32_be(data + 4 * i);
		uint32_t a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7];
		const uint32_t *k = K;
		for (;;) { // four times 16 rounds
			for (const uint32_t *w = schedule; w < schedule + 16; w += 4, k += 4) {
				ROUND(a, b, c, d, e, f, g, h, 0)
				ROUND(h, a, b, c, d, e, f, g, 1)
				ROUND(g, h, a, b, c, d, e, f, 2)
				ROUND(f, g, h, a, b, c, d, e, 3)
				SWAP(a, e)
				SWAP(b, f)
				SWAP(c, g)
				SWAP(d, h)
			}
			if (k == K + 64) break;
			EXTEND(0, 2, 1, 9, 14)
			EXTEND(2, 7, 1, 9, -2)
			EXTEND(7, 15, 1, -7, -2)
			EXTEND(15, 16, -15, -7, -2)
		}
		H[0] += a, H[1] += b, H[2] += c, H[3] += d, H[4] += e, H[5] += f, H[6] += g, H[7] += h;
	}
}
