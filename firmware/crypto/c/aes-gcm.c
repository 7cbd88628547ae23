// AES-128-GCM (NIST SP 800-38D; AES: FIPS 197), in place, 96-bit nonces and 128-bit tags. No table, no branch and no
// address depends on a secret: AES is bitsliced, two blocks at a time; GHASH multiplies integers with holes between
// their bits, in constant time wherever the core's multiplication is (ESP32, ESP32-C3).

#include "../../bytes/bytes.h"
#include "kernel.h"
#include "words.h"
#include <string.h>

// Two blocks, bitsliced: bit 8 r + 2 c + n of slice b is bit b of the byte in row r, column c of block n.
typedef uint32_t Slices[8];

typedef struct {
	Slices round_keys[11];
	uint8_t counter[12]; // the nonce; the 32-bit block number follows
	uint32_t h[4]; // E(0), the least significant word first
	uint32_t y[4]; // GHASH so far
	uint8_t mask[16]; // E(nonce ‖ 1) hides the tag
} Gcm;

static void expand_key(Slices round_keys[11], const uint8_t key[16]);
static void encrypt(const Slices round_keys[11], Slices q);
static void ghash(Gcm *gcm, const uint8_t *data, size_t length);

/** Columns of two blocks to slices, and back: each byte lane is an 8 × 8 matrix of bits that is transposed. */
static void transpose(Slices q)
{
	static const uint32_t masks[3] = {0x55555555, 0x33333333, 0x0f0f0f0f};
	for (int level = 0; level < 3; level++) {
		int step = 1 << level;
		for (int i = 0; i < 8; i++) {
			if (i & step) continue;
			uint32_t t = ((q[i] >> step) ^ q[i + step]) & masks[level];
			q[i] ^= t << step;
			q[i + step] ^= t;
		}
	}
}

static void begin(
	Gcm *gcm, const uint8_t key[16], const uint8_t nonce[12], const uint8_t *additional, size_t additional_length)
{
	expand_key(gcm->round_keys, key);
	memcpy(gcm->counter, nonce, 12);
	memset(gcm->y, 0, sizeof gcm->y);
	Slices q = {0}; // block 0: zeros; block 1: nonce ‖ 1
	for (int c = 0; c < 3; c++) q[2 * c + 1] = load32_le(nonce + 4 * c);
	q[7] = 1u << 24;
	transpose(q);
	encrypt(gcm->round_keys, q);
	transpose(q);
	for (int c = 0; c < 4; c++) {
		uint8_t column[4];
		store32_le(column, q[2 * c]);
		gcm->h[3 - c] = load32_be(column);
		store32_le(gcm->mask + 4 * c, q[2 * c + 1]);
	}
	ghash(gcm, additional, additional_length);
}

/** SP 800-38D §6.5: blocks of key stream from block number 2 on, two at a time. */
static void xor_key_stream(const Gcm *gcm, uint8_t *text, size_t length)
{
	for (uint32_t number = 2; length > 0; number += 2) {
		Slices q;
		uint8_t stream[32];
		for (int i = 0; i < 6; i++) q[i] = load32_le(gcm->counter + 4 * (i / 2));
		store32_be(stream, number);
		store32_be(stream + 4, number + 1);
		q[6] = load32_le(stream);
		q[7] = load32_le(stream + 4);
		transpose(q);
		encrypt(gcm->round_keys, q);
		transpose(q);
		for (int i = 0; i < 8; i++) store32_le(stream + 16 * (i & 1) + 4 * (i >> 1), q[i]);
		size_t take = length < 32 ? length : 32;
		for (size_t i = 0; i < take; i++) text[i] ^= stream[i];
		text += take;
		length -= take;
	}
}

static void authenticate(Gcm *gcm, size_t additional_length, const uint8_t *text, size_t length, uint8_t tag[16])
{
	uint8_t lengths[16]; // in bits
	ghash(gcm, text, length);
	store32_be(lengths, (uint32_t)((uint64_t)additional_length >> 29));
	store32_be(lengths + 4, (uint32_t)additional_length << 3);
	store32_be(lengths + 8, (uint32_t)((uint64_t)length >> 29));
	store32_be(lengths + 12, (uint32_t)length << 3);
	ghash(gcm, lengths, 16);
	for (int i = 0; i < 4; i++) store32_be(tag + 4 * i, gcm->y[3 - i]);
	for (int i = 0; i < 16; i++) tag[i] ^= gcm->mask[i];
}

void baton_aes128gcm_seal(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, uint8_t tag[16])
{
	Gcm gcm;
	begin(&gcm, key, nonce, additional, additional_length);
	xor_key_stream(&gcm, text, length);
	authenticate(&gcm, additional_length, text, length, tag);
}

bool baton_aes128gcm_open(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, const uint8_t tag[16])
{
	Gcm gcm;
	uint8_t expected[16];
	begin(&gcm, key, nonce, additional, additional_length);
	authenticate(&gcm, additional_length, text, length, expected);
	if (!baton_bytes_equal_secrets(expected, tag, sizeof expected)) return false;
	xor_key_stream(&gcm, text, length);
	return true;
}

/**
 * SubBytes: the circuit of Boyar and Peralta ("A new combinational logic minimization technique with applications to
 * cryptology", 2010), 115 gates: a linear layer, the inversion in GF(2^8) by way of GF(2^4), a linear layer.
 * u0 and s0 are the most significant bits, as in the paper.
 */
static void sub_bytes(Slices q)
{
	const uint32_t u0 = q[7], u1 = q[6], u2 = q[5], u3 = q[4], u4 = q[3], u5 = q[2], u6 = q[1], u7 = q[0];

	const uint32_t y14 = u3 ^ u5, y13 = u0 ^ u6, y9 = u0 ^ u3, y8 = u0 ^ u5, t0 = u1 ^ u2, y1 = t0 ^ u7;
	const uint32_t y4 = y1 ^ u3, y12 = y13 ^ y14, y2 = y1 ^ u0, y5 = y1 ^ u6, y3 = y5 ^ y8, t1 = u4 ^ y12;
	const uint32_t y15 = t1 ^ u5, y20 = t1 ^ u1, y6 = y15 ^ u7, y10 = y15 ^ t0, y11 = y20 ^ y9, y7 = u7 ^ y11;
	const uint32_t y17 = y10 ^ y11, y19 = y10 ^ y8, y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = u0 ^ y16;

	const uint32_t t2 = y12 & y15, t3 = y3 & y6, t4 = t3 ^ t2, t5 = y4 & u7, t6 = t5 ^ t2, t7 = y13 & y16;
	const uint32_t t8 = y5 & y1, t9 = t8 ^ t7, t10 = y2 & y7, t11 = t10 ^ t7, t12 = y9 & y11, t13 = y14 & y17;
	const uint32_t t14 = t13 ^ t12, t15 = y8 & y10, t16 = t15 ^ t12, t17 = t4 ^ t14, t18 = t6 ^ t16;
	const uint32_t t19 = t9 ^ t14, t20 = t11 ^ t16, t21 = t17 ^ y20, t22 = t18 ^ y19, t23 = t19 ^ y21;
	const uint32_t t24 = t20 ^ y18, t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t28 = t25 & t27;
	const uint32_t t29 = t28 ^ t22, t30 = t23 ^ t24, t31 = t22 ^ t26, t32 = t31 & t30, t33 = t32 ^ t24;
	const uint32_t t34 = t23 ^ t33, t35 = t27 ^ t33, t36 = t24 & t35, t37 = t36 ^ t34, t38 = t27 ^ t36;
	const uint32_t t39 = t29 & t38, t40 = t25 ^ t39, t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40;
	const uint32_t t44 = t33 ^ t37, t45 = t42 ^ t41;
	const uint32_t z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & u7, z3 = t43 & y16, z4 = t40 & y1, z5 = t29 & y7;
	const uint32_t z6 = t42 & y11, z7 = t45 & y17, z8 = t41 & y10, z9 = t44 & y12, z10 = t37 & y3, z11 = t33 & y4;
	const uint32_t z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2, z15 = t42 & y9, z16 = t45 & y14, z17 = t41 & y8;

	const uint32_t t46 = z15 ^ z16, t47 = z10 ^ z11, t48 = z5 ^ z13, t49 = z9 ^ z10, t50 = z2 ^ z12, t51 = z2 ^ z5;
	const uint32_t t52 = z7 ^ z8, t53 = z0 ^ z3, t54 = z6 ^ z7, t55 = z16 ^ z17, t56 = z12 ^ t48, t57 = t50 ^ t53;
	const uint32_t t58 = z4 ^ t46, t59 = z3 ^ t54, t60 = t46 ^ t57, t61 = z14 ^ t57, t62 = t52 ^ t58;
	const uint32_t t63 = t49 ^ t58, t64 = z4 ^ t59, t65 = t61 ^ t62, t66 = z1 ^ t63, t67 = t64 ^ t65;
	const uint32_t s3 = t53 ^ t66;
	q[7] = t59 ^ t63;
	q[6] = ~(t64 ^ s3);
	q[5] = ~(t55 ^ t67);
	q[4] = s3;
	q[3] = t51 ^ t66;
	q[2] = t47 ^ t65;
	q[1] = ~(t56 ^ t62);
	q[0] = ~(t48 ^ t60);
}

/** Row r of the state (byte lane r) turns by r columns of 2 bits. */
static void shift_rows(Slices q)
{
	for (int i = 0; i < 8; i++) {
		uint32_t x = q[i];
		q[i] = (x & 0x000000ff) | (x & 0x0000fc00) >> 2 | (x & 0x00000300) << 6 | (x & 0x00f00000) >> 4 |
			(x & 0x000f0000) << 4 | (x & 0xc0000000) >> 6 | (x & 0x3f000000) << 2;
	}
}

/** Each byte a of a column, with b, c, d below it, becomes 2 (a + b) + b + c + d; 2 × 0x80 is 0x1b. */
static void mix_columns(Slices q)
{
	uint32_t carry = q[7] ^ rotate_right(q[7], 8); // bit 7 of a + b
	uint32_t doubled = 0; // bit i - 1 of a + b
	for (int i = 0; i < 8; i++) {
		uint32_t b = rotate_right(q[i], 8), sum = q[i] ^ b;
		q[i] = doubled ^ b ^ rotate_right(sum, 16);
		doubled = sum;
	}
	q[0] ^= carry;
	q[1] ^= carry;
	q[3] ^= carry;
	q[4] ^= carry;
}

static void add_round_key(Slices q, const Slices round_key)
{
	for (int i = 0; i < 8; i++) q[i] ^= round_key[i];
}

/** FIPS 197 §5.1 on two blocks. */
static void encrypt(const Slices round_keys[11], Slices q)
{
	add_round_key(q, round_keys[0]);
	for (int round = 1; round <= 10; round++) {
		sub_bytes(q);
		shift_rows(q);
		if (round < 10) mix_columns(q);
		add_round_key(q, round_keys[round]);
	}
}

/** FIPS 197 §5.2. A word's first byte is its least significant one here. */
static void expand_key(Slices round_keys[11], const uint8_t key[16])
{
	uint32_t w[4], constant = 1;
	for (int c = 0; c < 4; c++) w[c] = load32_le(key + 4 * c);
	for (int round = 0;; round++) {
		for (int i = 0; i < 8; i++) round_keys[round][i] = w[i / 2];
		transpose(round_keys[round]);
		if (round == 10) break;
		Slices q = {rotate_right(w[3], 8)};
		transpose(q);
		sub_bytes(q);
		transpose(q);
		w[0] ^= q[0] ^ constant;
		for (int c = 1; c < 4; c++) w[c] ^= w[c - 1];
		constant = constant << 1 ^ (constant >> 7) * 0x11b;
	}
}

/**
 * x y over GF(2), 64 bits. Each factor is taken apart into four, with one bit in four: then the sums of products (of
 * integers, each ≤ 8) do not reach the next bit that is looked at.
 */
static uint64_t multiply32(uint32_t x, uint32_t y)
{
	const uint32_t mask = 0x11111111;
	const uint32_t x0 = x & mask, x1 = x & mask << 1, x2 = x & mask << 2, x3 = x & mask << 3;
	const uint32_t y0 = y & mask, y1 = y & mask << 1, y2 = y & mask << 2, y3 = y & mask << 3;
#define PRODUCT(i, j) (uint64_t) x##i *y##j
	uint64_t z0 = PRODUCT(0, 0) ^ PRODUCT(1, 3) ^ PRODUCT(2, 2) ^ PRODUCT(3, 1);
	uint64_t z1 = PRODUCT(0, 1) ^ PRODUCT(1, 0) ^ PRODUCT(2, 3) ^ PRODUCT(3, 2);
	uint64_t z2 = PRODUCT(0, 2) ^ PRODUCT(1, 1) ^ PRODUCT(2, 0) ^ PRODUCT(3, 3);
	uint64_t z3 = PRODUCT(0, 3) ^ PRODUCT(1, 2) ^ PRODUCT(2, 1) ^ PRODUCT(3, 0);
	const uint64_t wide = 0x1111111111111111;
	return (z0 & wide) | (z1 & wide << 1) | (z2 & wide << 2) | (z3 & wide << 3);
}

/** z = x y over GF(2), two words each, by Karatsuba's method. */
static void multiply64(uint32_t z[4], const uint32_t x[2], const uint32_t y[2])
{
	uint64_t low = multiply32(x[0], y[0]), high = multiply32(x[1], y[1]);
	uint64_t middle = multiply32(x[0] ^ x[1], y[0] ^ y[1]) ^ low ^ high;
	z[0] = (uint32_t)low;
	z[1] = (uint32_t)(low >> 32) ^ (uint32_t)middle;
	z[2] = (uint32_t)high ^ (uint32_t)(middle >> 32);
	z[3] = (uint32_t)(high >> 32);
}

/**
 * SP 800-38D §6.4, the last block filled up with zeros. GCM's x^i is bit 127 - i of the block as a big-endian number;
 * so a product stands one bit too low, and x^128 = x^7 + x^2 + x + 1 is folded in from below.
 */
static void ghash(Gcm *gcm, const uint8_t *data, size_t length)
{
	uint32_t *y = gcm->y;
	const uint32_t *h = gcm->h;
	const uint32_t h_sum[2] = {h[0] ^ h[2], h[1] ^ h[3]};
	while (length > 0) {
		uint8_t block[16] = {0};
		size_t take = length < 16 ? length : 16;
		memcpy(block, data, take);
		data += take;
		length -= take;
		for (int i = 0; i < 4; i++) y[i] ^= load32_be(block + 12 - 4 * i);

		uint32_t z[8], middle[4];
		const uint32_t y_sum[2] = {y[0] ^ y[2], y[1] ^ y[3]};
		multiply64(z, y, h);
		multiply64(z + 4, y + 2, h + 2);
		multiply64(middle, y_sum, h_sum);
		for (int i = 0; i < 4; i++) middle[i] ^= z[i] ^ z[i + 4];
		for (int i = 0; i < 4; i++) z[i + 2] ^= middle[i];

		for (int i = 7; i > 0; i--) z[i] = z[i] << 1 | z[i - 1] >> 31;
		z[0] <<= 1;
		for (int i = 0; i < 4; i++) {
			z[i + 3] ^= z[i] << 31 ^ z[i] << 30 ^ z[i] << 25;
			z[i + 4] ^= z[i] ^ z[i] >> 1 ^ z[i] >> 2 ^ z[i] >> 7;
		}
		memcpy(y, z + 4, 16);
	}
}
