// Keccak-f[1600] and the sponge (FIPS 202 §3, §4), on halves of lanes: 32-bit words in registers.

#include "keccak.h"
#include "words.h"

/** RC of each round (§3.2.5), lower half and upper half. */
static const uint32_t ROUND_CONSTANTS[24][2] = {{0x00000001, 0x00000000}, {0x00008082, 0x00000000},
	{0x0000808a, 0x80000000}, {0x80008000, 0x80000000}, {0x0000808b, 0x00000000}, {0x80000001, 0x00000000},
	{0x80008081, 0x80000000}, {0x00008009, 0x80000000}, {0x0000008a, 0x00000000}, {0x00000088, 0x00000000},
	{0x80008009, 0x00000000}, {0x8000000a, 0x00000000}, {0x8000808b, 0x00000000}, {0x0000008b, 0x80000000},
	{0x00008089, 0x80000000}, {0x00008003, 0x80000000}, {0x00008002, 0x80000000}, {0x00000080, 0x80000000},
	{0x0000800a, 0x00000000}, {0x8000000a, 0x80000000}, {0x80008081, 0x80000000}, {0x00008080, 0x80000000},
	{0x80000001, 0x00000000}, {0x80008008, 0x80000000}};

#define LANE(x, y) (2 * ((x) + 5 * (y)))

// θ (§3.2.1): half h of the parity of column x, and of what column x is changed by.
#define PARITY(x, h) (a[LANE(x, 0) + h] ^ a[LANE(x, 1) + h] ^ a[LANE(x, 2) + h] ^ a[LANE(x, 3) + h] ^ a[LANE(x, 4) + h])
#define THETA(x, left, right) \
	const uint32_t d##x##l = c##left##l ^ (c##right##l << 1 | c##right##h >> 31); \
	const uint32_t d##x##h = c##left##h ^ (c##right##h << 1 | c##right##l >> 31)

// ρ and π (§3.2.2, §3.2.3): lane (x, y), changed by θ and rotated by n, is lane X of the row that is being made.
#define TAKE(X, x, y, n) \
	{ \
		const uint32_t l = a[LANE(x, y)] ^ d##x##l, h = a[LANE(x, y) + 1] ^ d##x##h; \
		b##X##l = n == 0 ? l : n < 32 ? l << (n & 31) | h >> (-n & 31) : h << (n & 31) | l >> (-n & 31); \
		b##X##h = n == 0 ? h : n < 32 ? h << (n & 31) | l >> (-n & 31) : l << (n & 31) | h >> (-n & 31); \
	}

// χ (§3.2.4): row y out of b0 … b4, each half by itself.
#define HALF(y, h, half, e0, e1, e2, e3, e4) \
	{ \
		const uint32_t b0 = b0##half, b1 = b1##half, b2 = b2##half, b3 = b3##half, b4 = b4##half; \
		e[LANE(0, y) + h] = e0; \
		e[LANE(1, y) + h] = e1; \
		e[LANE(2, y) + h] = e2; \
		e[LANE(3, y) + h] = e3; \
		e[LANE(4, y) + h] = e4; \
	}
#define CHI(y, ...) HALF(y, 0, l, __VA_ARGS__) HALF(y, 1, h, __VA_ARGS__)

/**
 * Between rounds six lanes are kept as their complements. θ then complements what columns 0 and 3 are changed by, and
 * by De Morgan's laws χ can be written with one NOT in a row instead of five: b0 ^ (~b1 & b2) with b0 and b2
 * complemented is b0 ^ (b1 | b2). ("Keccak implementation overview" 3.2, §2.2.)
 */
static void complement(uint32_t a[50])
{
	static const uint8_t lanes[6] = {LANE(1, 0), LANE(2, 0), LANE(3, 1), LANE(2, 2), LANE(2, 3), LANE(0, 4)};
	for (int i = 0; i < 6; i++) {
		a[lanes[i]] = ~a[lanes[i]];
		a[lanes[i] + 1] = ~a[lanes[i] + 1];
	}
}

void keccak_permute(uint32_t words[50])
{
	uint32_t other[50], *a = words, *e = other; // each round makes e of a
	complement(a);
	for (int round = 0; round < 24; round++) {
		const uint32_t c0l = PARITY(0, 0), c0h = PARITY(0, 1), c1l = PARITY(1, 0), c1h = PARITY(1, 1);
		const uint32_t c2l = PARITY(2, 0), c2h = PARITY(2, 1), c3l = PARITY(3, 0), c3h = PARITY(3, 1);
		const uint32_t c4l = PARITY(4, 0), c4h = PARITY(4, 1);
		THETA(0, 4, 1);
		THETA(1, 0, 2);
		THETA(2, 1, 3);
		THETA(3, 2, 4);
		THETA(4, 3, 0);
		uint32_t b0l, b0h, b1l, b1h, b2l, b2h, b3l, b3h, b4l, b4h;
		TAKE(0, 0, 0, 0);
		TAKE(1, 1, 1, 44);
		TAKE(2, 2, 2, 43);
		TAKE(3, 3, 3, 21);
		TAKE(4, 4, 4, 14);
		CHI(0, b0 ^ (b1 | b2), b1 ^ (~b2 | b3), b2 ^ (b3 & b4), b3 ^ (b4 | b0), b4 ^ (b0 & b1));
		e[0] ^= ROUND_CONSTANTS[round][0]; // ι (§3.2.5)
		e[1] ^= ROUND_CONSTANTS[round][1];
		TAKE(0, 3, 0, 28);
		TAKE(1, 4, 1, 20);
		TAKE(2, 0, 2, 3);
		TAKE(3, 1, 3, 45);
		TAKE(4, 2, 4, 61);
		CHI(1, b0 ^ (b1 | b2), b1 ^ (b2 & b3), b2 ^ (b3 | ~b4), b3 ^ (b4 | b0), b4 ^ (b0 & b1));
		TAKE(0, 1, 0, 1);
		TAKE(1, 2, 1, 6);
		TAKE(2, 3, 2, 25);
		TAKE(3, 4, 3, 8);
		TAKE(4, 0, 4, 18);
		CHI(2, b0 ^ (b1 | b2), b1 ^ (b2 & b3), b2 ^ (~b3 & b4), ~b3 ^ (b4 | b0), b4 ^ (b0 & b1));
		TAKE(0, 4, 0, 27);
		TAKE(1, 0, 1, 36);
		TAKE(2, 1, 2, 10);
		TAKE(3, 2, 3, 15);
		TAKE(4, 3, 4, 56);
		CHI(3, b0 ^ (b1 & b2), b1 ^ (b2 | b3), b2 ^ (~b3 | b4), ~b3 ^ (b4 & b0), b4 ^ (b0 | b1));
		TAKE(0, 2, 0, 62);
		TAKE(1, 3, 1, 55);
		TAKE(2, 4, 2, 39);
		TAKE(3, 0, 3, 41);
		TAKE(4, 1, 4, 2);
		CHI(4, b0 ^ (~b1 & b2), ~b1 ^ (b2 | b3), b2 ^ (b3 & b4), b3 ^ (b4 | b0), b4 ^ (b0 & b1));
		uint32_t *const t = a;
		a = e;
		e = t;
	}
	complement(a); // 24 is even: a is `words` again
}

void sponge_begin(Sponge *sponge, uint8_t rate)
{
	for (uint32_t *word = sponge->words; word < sponge->words + 50; word += 2) word[0] = word[1] = 0;
	sponge->at = 0;
	sponge->rate = rate;
}

void sponge_absorb(Sponge *sponge, const uint8_t *data, size_t length)
{
	uint32_t at = sponge->at;
	while (length > 0) {
		if (at == sponge->rate) {
			keccak_permute(sponge->words);
			at = 0;
		}
		if (at % 4 == 0 && length >= 4) { // the rate is a multiple of 4: the block has room
			sponge->words[at / 4] ^= load32_le(data);
			at += 4, data += 4, length -= 4;
		} else {
			sponge->words[at / 4] ^= (uint32_t)*data << 8 * (at % 4);
			at++, data++, length--;
		}
	}
	sponge->at = (uint8_t)at;
}

void sponge_end(Sponge *sponge, uint8_t suffix)
{
	if (sponge->at == sponge->rate) {
		keccak_permute(sponge->words);
		sponge->at = 0;
	}
	sponge->words[sponge->at / 4] ^= (uint32_t)suffix << 8 * (sponge->at % 4); // pad10*1 (§5.1)
	sponge->words[sponge->rate / 4 - 1] ^= 0x80000000;
	sponge->at = sponge->rate;
}

void sponge_squeeze(Sponge *sponge, uint8_t *output, size_t length)
{
	for (; length > 0; length--) {
		if (sponge->at == sponge->rate) {
			keccak_permute(sponge->words);
			sponge->at = 0;
		}
		*output++ = (uint8_t)(sponge->words[sponge->at / 4] >> 8 * (sponge->at % 4));
		sponge->at++;
	}
}
