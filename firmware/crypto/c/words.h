// Words from bytes and back, at any address; rotations.
#ifndef BATON_WORDS_H
#define BATON_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Little-endian words in memory at a multiple of 4, whatever array they belong to: one instruction where the core's
// byte order allows it. The caller has looked at the address.
typedef uint32_t __attribute__((may_alias)) AlignedWord;
static inline bool is_word_aligned(const uint8_t *p)
{
	return ((uintptr_t)p & 3) == 0 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

static inline uint32_t load32_le(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t load32_be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void store32_le(uint8_t *p, uint32_t x)
{
	p[0] = (uint8_t)x;
	p[1] = (uint8_t)(x >> 8);
	p[2] = (uint8_t)(x >> 16);
	p[3] = (uint8_t)(x >> 24);
}

static inline void store32_be(uint8_t *p, uint32_t x)
{
	p[0] = (uint8_t)(x >> 24);
	p[1] = (uint8_t)(x >> 16);
	p[2] = (uint8_t)(x >> 8);
	p[3] = (uint8_t)x;
}

static inline uint32_t rotate_left(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static inline uint32_t rotate_right(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static inline uint64_t rotate_right64(uint64_t x, int n)
{
	return x >> n | x << (64 - n);
}

#endif
