// ChaCha20-Poly1305 (RFC 8439 §2.8), in place. No table, no branch and no address depends on a secret; on the
// ESP32's cores multiplications take the same time for all operands.

#include "../../bytes/bytes.h"
#include "kernel.h"
#include "words.h"
#include <string.h>

typedef struct {
	uint32_t h[5]; // the sum so far; h[4] ≤ 4 between blocks
	uint32_t r[4]; // clamped: all < 2^28, and r[1], r[2], r[3] are multiples of 4
	uint32_t s[4];
} Poly1305;

static void chacha20_begin(uint32_t state[16], const uint8_t key[32], const uint8_t nonce[12]);
static void chacha20_block(AlignedWord out[16], const uint32_t state[16]);
static void chacha20_xor(uint32_t state[16], uint8_t *text, size_t length);
static void poly1305_padded(Poly1305 *poly, const uint8_t *data, size_t length);
static void poly1305_blocks(Poly1305 *poly, const uint8_t *data, size_t blocks);
static void poly1305_end(const Poly1305 *poly, uint8_t tag[16]);

/** §2.6: block 0 of the key stream is the one-time key of Poly1305. The additional data go first. */
static void begin(uint32_t state[16], Poly1305 *poly, const uint8_t key[32], const uint8_t nonce[12],
	const uint8_t *additional, size_t additional_length)
{
	AlignedWord block[16] = {0};
	chacha20_begin(state, key, nonce);
	chacha20_block(block, state);
	memset(poly->h, 0, sizeof poly->h);
	poly->r[0] = block[0] & 0x0fffffff; // §2.5.1
	for (int i = 1; i < 4; i++) poly->r[i] = block[i] & 0x0ffffffc;
	for (int i = 0; i < 4; i++) poly->s[i] = block[4 + i];
	poly1305_padded(poly, additional, additional_length);
}

/** §2.8: the ciphertext and both lengths complete the authenticated text. */
static void authenticate(Poly1305 *poly, size_t additional_length, const uint8_t *text, size_t length, uint8_t tag[16])
{
	uint8_t lengths[16];
	poly1305_padded(poly, text, length);
	store32_le(lengths, (uint32_t)additional_length);
	store32_le(lengths + 4, (uint32_t)((uint64_t)additional_length >> 32));
	store32_le(lengths + 8, (uint32_t)length);
	store32_le(lengths + 12, (uint32_t)((uint64_t)length >> 32));
	poly1305_blocks(poly, lengths, 1);
	poly1305_end(poly, tag);
}

void baton_chacha20poly1305_seal(const uint8_t key[32], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, uint8_t tag[16])
{
	uint32_t state[16];
	Poly1305 poly;
	begin(state, &poly, key, nonce, additional, additional_length);
	chacha20_xor(state, text, length);
	authenticate(&poly, additional_length, text, length, tag);
}

bool baton_chacha20poly1305_open(const uint8_t key[32], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, const uint8_t tag[16])
{
	uint32_t state[16];
	Poly1305 poly;
	uint8_t expected[16];
	begin(state, &poly, key, nonce, additional, additional_length);
	authenticate(&poly, additional_length, text, length, expected);
	if (!baton_bytes_equal_secrets(expected, tag, sizeof expected)) return false;
	chacha20_xor(state, text, length);
	return true;
}

/** §2.3: constants, key, block counter 0, nonce. */
static void chacha20_begin(uint32_t state[16], const uint8_t key[32], const uint8_t nonce[12])
{
	state[0] = 0x61707865, state[1] = 0x3320646e, state[2] = 0x79622d32, state[3] = 0x6b206574;
	for (int i = 0; i < 8; i++) state[4 + i] = load32_le(key + 4 * i);
	state[12] = 0;
	for (int i = 0; i < 3; i++) state[13 + i] = load32_le(nonce + 4 * i);
}

#define QUARTER_ROUND(a, b, c, d) \
	a += b, d = rotate_left(d ^ a, 16); \
	c += d, b = rotate_left(b ^ c, 12); \
	a += b, d = rotate_left(d ^ a, 8); \
	c += d, b = rotate_left(b ^ c, 7);

/** §2.3.1, added to `out` (exclusive or). Sixteen variables, so that they stay in registers. */
static void chacha20_block(AlignedWord out[16], const uint32_t in[16])
{
	uint32_t x0 = in[0], x1 = in[1], x2 = in[2], x3 = in[3], x4 = in[4], x5 = in[5], x6 = in[6], x7 = in[7];
	uint32_t x8 = in[8], x9 = in[9], x10 = in[10], x11 = in[11], x12 = in[12], x13 = in[13], x14 = in[14], x15 = in[15];
	for (int i = 0; i < 10; i++) {
		QUARTER_ROUND(x0, x4, x8, x12)
		QUARTER_ROUND(x1, x5, x9, x13)
		QUARTER_ROUND(x2, x6, x10, x14)
		QUARTER_ROUND(x3, x7, x11, x15)
		QUARTER_ROUND(x0, x5, x10, x15)
		QUARTER_ROUND(x1, x6, x11, x12)
		QUARTER_ROUND(x2, x7, x8, x13)
		QUARTER_ROUND(x3, x4, x9, x14)
	}
	out[0] ^= x0 + in[0], out[1] ^= x1 + in[1], out[2] ^= x2 + in[2], out[3] ^= x3 + in[3];
	out[4] ^= x4 + in[4], out[5] ^= x5 + in[5], out[6] ^= x6 + in[6], out[7] ^= x7 + in[7];
	out[8] ^= x8 + in[8], out[9] ^= x9 + in[9], out[10] ^= x10 + in[10], out[11] ^= x11 + in[11];
	out[12] ^= x12 + in[12], out[13] ^= x13 + in[13], out[14] ^= x14 + in[14], out[15] ^= x15 + in[15];
}

/** §2.4: the key stream from block 1 on. */
static void chacha20_xor(uint32_t state[16], uint8_t *text, size_t length)
{
	while (length > 0) {
		size_t take = length < 64 ? length : 64;
		state[12]++;
		if (take == 64 && is_word_aligned(text)) {
			chacha20_block((AlignedWord *)text, state);
		} else {
			AlignedWord stream[16] = {0};
			chacha20_block(stream, state);
			for (size_t i = 0; i < take; i++) text[i] ^= (uint8_t)(stream[i / 4] >> 8 * (i % 4));
		}
		text += take;
		length -= take;
	}
}

/** `data`, filled up with zeros to a multiple of 16 bytes. */
static void poly1305_padded(Poly1305 *poly, const uint8_t *data, size_t length)
{
	poly1305_blocks(poly, data, length / 16);
	if (length % 16 > 0) {
		uint8_t last[16] = {0};
		memcpy(last, data + (length & ~(size_t)15), length % 16);
		poly1305_blocks(poly, last, 1);
	}
}

/**
 * h = (h + block + 2^128) r mod 2^130 - 5, for blocks of 16 bytes; 32-bit limbs.
 *
 * r's upper limbs are multiples of 4, so 2^128 r[i] = 2^130 r[i] / 4 ≡ 5 r[i] / 4 = q[i], exactly, for i = 1, 2, 3;
 * for i = 0 the two low bits of r[0] are kept apart: t4 2^128 r[0] ≡ t4 q[0] + t4 (r[0] mod 4) 2^128.
 */
static void poly1305_blocks(Poly1305 *poly, const uint8_t *data, size_t blocks)
{
	uint32_t h0 = poly->h[0], h1 = poly->h[1], h2 = poly->h[2], h3 = poly->h[3], h4 = poly->h[4];
	const uint32_t r0 = poly->r[0], r1 = poly->r[1], r2 = poly->r[2], r3 = poly->r[3];
	const uint32_t q0 = (r0 >> 2) * 5, q1 = (r1 >> 2) * 5, q2 = (r2 >> 2) * 5, q3 = (r3 >> 2) * 5; // < 1.25 × 2^28
	const bool aligned = is_word_aligned(data);
	for (; blocks > 0; blocks--, data += 16) {
		AlignedWord copy[4];
		const AlignedWord *m = (const AlignedWord *)data;
		if (!aligned) {
			for (int i = 0; i < 4; i++) copy[i] = load32_le(data + 4 * i);
			m = copy;
		}
		uint64_t c = (uint64_t)h0 + m[0];
		uint32_t t0 = (uint32_t)c;
		c = (c >> 32) + h1 + m[1];
		uint32_t t1 = (uint32_t)c;
		c = (c >> 32) + h2 + m[2];
		uint32_t t2 = (uint32_t)c;
		c = (c >> 32) + h3 + m[3];
		uint32_t t3 = (uint32_t)c;
		uint32_t t4 = h4 + (uint32_t)(c >> 32) + 1; // ≤ 4 + 1 + 1

		// Each sum: four products < 2^32 × 1.25 × 2^28 and one < 6 × 1.25 × 2^28: < 2^62.4.
		uint64_t x0 = (uint64_t)t0 * r0 + (uint64_t)t1 * q3 + (uint64_t)t2 * q2 + (uint64_t)t3 * q1 + (uint64_t)t4 * q0;
		uint64_t x1 = (uint64_t)t0 * r1 + (uint64_t)t1 * r0 + (uint64_t)t2 * q3 + (uint64_t)t3 * q2 + (uint64_t)t4 * q1;
		uint64_t x2 = (uint64_t)t0 * r2 + (uint64_t)t1 * r1 + (uint64_t)t2 * r0 + (uint64_t)t3 * q3 + (uint64_t)t4 * q2;
		uint64_t x3 = (uint64_t)t0 * r3 + (uint64_t)t1 * r2 + (uint64_t)t2 * r1 + (uint64_t)t3 * r0 + (uint64_t)t4 * q3;
		uint32_t x4 = t4 * (r0 & 3);

		// What stands at 2^128 and above is x4 + x3 >> 32 ≤ 18 + 2^30.4; its multiple of 4 comes back 5/4-fold.
		uint32_t top = x4 + (uint32_t)(x3 >> 32);
		c = (uint64_t)(top >> 2) * 5 + (uint32_t)x0;
		h0 = (uint32_t)c;
		c = (c >> 32) + (x0 >> 32) + (uint32_t)x1;
		h1 = (uint32_t)c;
		c = (c >> 32) + (x1 >> 32) + (uint32_t)x2;
		h2 = (uint32_t)c;
		c = (c >> 32) + (x2 >> 32) + (uint32_t)x3;
		h3 = (uint32_t)c;
		h4 = (top & 3) + (uint32_t)(c >> 32); // ≤ 3 + 1
	}
	poly->h[0] = h0, poly->h[1] = h1, poly->h[2] = h2, poly->h[3] = h3, poly->h[4] = h4;
}

/** (h mod 2^130 - 5) + s mod 2^128. h < 5 × 2^128 = 2^130 + 2^128, so one subtraction reduces it. */
static void poly1305_end(const Poly1305 *poly, uint8_t tag[16])
{
	uint64_t c = 5; // does h + 5 reach 2^130?
	for (int i = 0; i < 4; i++) c = (c + poly->h[i]) >> 32;
	c = ((c + poly->h[4]) >> 2) * 5; // then h - (2^130 - 5) = h + 5 modulo 2^128
	uint64_t sum = 0;
	for (int i = 0; i < 4; i++) {
		c += poly->h[i];
		sum += (uint64_t)(uint32_t)c + poly->s[i];
		store32_le(tag + 4 * i, (uint32_t)sum);
		c >>= 32;
		sum >>= 32;
	}
}
