// Keccak (FIPS 202): the sponge that SHAKE128, SHAKE256, SHA3-256 and SHA3-512 are made of. ML-DSA and ML-KEM alone use
// it. No branch and no address depends on what is hashed, only on its length.
#ifndef BATON_KECCAK_H
#define BATON_KECCAK_H

#include <stddef.h>
#include <stdint.h>

#define keccak_permute baton_keccak_permute
#define sponge_begin baton_sponge_begin
#define sponge_absorb baton_sponge_absorb
#define sponge_end baton_sponge_end
#define sponge_squeeze baton_sponge_squeeze

/** Bytes that one permutation takes in or gives out: 200 less twice the security strength in bytes (§6). */
enum { SHAKE128_RATE = 168, SHAKE256_RATE = 136, SHA3_256_RATE = 136, SHA3_512_RATE = 72 };
/** What follows the message, the first bit of the padding included (§6.1, §6.2, §B.2). */
enum { SHA3_SUFFIX = 0x06, SHAKE_SUFFIX = 0x1f };

typedef struct {
	// Lane x + 5 y of §3.1.2 is words 2 (x + 5 y), its lower half, and 2 (x + 5 y) + 1. In this order the words are
	// the state's bytes (§B.1), read as little-endian words.
	uint32_t words[50];
	uint8_t at; // bytes of this block that are absorbed or squeezed
	uint8_t rate; // bytes, a multiple of 4
} Sponge;

/** Keccak-f[1600] (§3.3). */
void keccak_permute(uint32_t words[50]);
/** An empty message. */
void sponge_begin(Sponge *sponge, uint8_t rate);
/** More of the message. */
void sponge_absorb(Sponge *sponge, const uint8_t *data, size_t length);
/** The message is complete. After this, squeeze, or permute and read `rate` bytes from `words` again and again. */
void sponge_end(Sponge *sponge, uint8_t suffix);
/** More of the output. */
void sponge_squeeze(Sponge *sponge, uint8_t *output, size_t length);

#endif
