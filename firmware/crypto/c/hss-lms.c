// HSS with one level (RFC 8554 §6) of LMS_SHA256_M24_H10 (§5) with LMOTS_SHA256_N24_W4 (§4): the parameter sets of
// RFC 9858 §4 and §5 and of SP 800-208 §4.2, whose hash is SHA-256 cut to 24 bytes. Verification only; everything here
// is public.

#include "hss-lms.h"
#include "kernel.h"
#include "sha256.h"
#include "words.h"
#include <string.h>

enum {
	N = 24, // bytes of a hash
	P = 51, // chains: one for each digit of 4 bits of the message's hash, three for their checksum
	LAST_DIGIT = 15, // of a chain: 2^w - 1
	H = 10, // levels of the tree
	LMS_TYPE = 0x0b,
	LMOTS_TYPE = 7,
};

// Where things lie, in bytes (§4.5, §5.3, §5.4, §6.1, §6.2).
enum {
	KEY_LEVELS = 0,
	KEY_LMS_TYPE = 4,
	KEY_LMOTS_TYPE = 8,
	KEY_IDENTIFIER = 12,
	KEY_ROOT = 28,
	SIGNED_KEYS = 0,
	INDEX = 4,
	SIGNATURE_LMOTS_TYPE = 8,
	RANDOMIZER = 12,
	CHAINS = RANDOMIZER + N,
	SIGNATURE_LMS_TYPE = CHAINS + P * N,
	PATH = SIGNATURE_LMS_TYPE + 4,
};

// What a chain's step hashes (§4.3): I ‖ u32str(q) ‖ u16str(i) ‖ u8str(j) ‖ tmp, 47 bytes.
enum { CHAIN_NUMBER = 20, CHAIN_STEP = 22, CHAIN_VALUE = 23, CHAIN_END = CHAIN_VALUE + N };

/** What a hash is for (§4.3, §5.3). */
enum { D_PBLK = 0x8080, D_MESG = 0x8181, D_LEAF = 0x8282, D_INTR = 0x8383 };

static bool has_our_types(const uint8_t *public_key, const uint8_t *signature);
static void begin(BatonSha256 *sha, const uint8_t *public_key, uint32_t number, uint32_t purpose);
static void add_checksum(uint8_t digits[N + 2]);

/** §6.3, with Algorithm 6a and Algorithm 4b. */
bool baton_hss_lms_verify(const uint8_t public_key[BATON_HSS_LMS_KEY_BYTES], const uint8_t *message, size_t length,
	const uint8_t signature[BATON_HSS_LMS_SIGNATURE_BYTES])
{
	BatonSha256 sha;
	uint8_t digits[32], hash[32]; // longer than what is used of them: a whole SHA-256 goes there
	const uint32_t index = load32_be(signature + INDEX);
	if (!has_our_types(public_key, signature) || index >> H != 0) return false;

	begin(&sha, public_key, index, D_MESG);
	baton_sha256_update(&sha, signature + RANDOMIZER, N);
	baton_sha256_update(&sha, message, length);
	baton_sha256_end(&sha, digits);
	add_checksum(digits);

	// The chains' ends (Algorithm 4b), hashed. Every step is one block, of which only 25 bytes change.
	uint8_t block[64] = {0};
	memcpy(block, public_key + KEY_IDENTIFIER, 16);
	memcpy(block + 16, signature + INDEX, 4);
	block[CHAIN_END] = 0x80; // FIPS 180-4 §5.1.1
	store32_be(block + 60, 8 * CHAIN_END);
	begin(&sha, public_key, index, D_PBLK);
	for (int i = 0; i < P; i++) {
		uint8_t *const value = block + CHAIN_VALUE;
		block[CHAIN_NUMBER + 1] = (uint8_t)i;
		memcpy(value, signature + CHAINS + i * N, N);
		for (int j = i % 2 == 0 ? digits[i / 2] >> 4 : digits[i / 2] & 15; j < LAST_DIGIT; j++) {
			uint32_t words[8];
			block[CHAIN_STEP] = (uint8_t)j;
			sha256_block(words, block);
			for (int k = 0; k < N / 4; k++) store32_be(value + 4 * k, words[k]);
		}
		baton_sha256_update(&sha, value, N);
	}
	baton_sha256_end(&sha, hash);

	// From the leaf to the root (Algorithm 6a).
	const uint8_t *path = signature + PATH;
	uint32_t node = (1 << H) + index;
	begin(&sha, public_key, node, D_LEAF);
	baton_sha256_update(&sha, hash, N);
	baton_sha256_end(&sha, hash);
	for (; node > 1; node /= 2, path += N) {
		const bool is_right = node % 2 == 1;
		begin(&sha, public_key, node / 2, D_INTR);
		baton_sha256_update(&sha, is_right ? path : hash, N);
		baton_sha256_update(&sha, is_right ? hash : path, N);
		baton_sha256_end(&sha, hash);
	}
	return memcmp(hash, public_key + KEY_ROOT, N) == 0;
}

/** One level, no signed keys, and the one pair of types that we know. */
static bool has_our_types(const uint8_t *public_key, const uint8_t *signature)
{
	return load32_be(public_key + KEY_LEVELS) == 1 && load32_be(signature + SIGNED_KEYS) == 0 &&
		load32_be(public_key + KEY_LMS_TYPE) == LMS_TYPE && load32_be(signature + SIGNATURE_LMS_TYPE) == LMS_TYPE &&
		load32_be(public_key + KEY_LMOTS_TYPE) == LMOTS_TYPE &&
		load32_be(signature + SIGNATURE_LMOTS_TYPE) == LMOTS_TYPE;
}

/** Begins a hash: I ‖ u32str(number) ‖ u16str(purpose). */
static void begin(BatonSha256 *sha, const uint8_t *public_key, uint32_t number, uint32_t purpose)
{
	uint8_t bytes[6];
	store32_be(bytes, number);
	bytes[4] = (uint8_t)(purpose >> 8);
	bytes[5] = (uint8_t)purpose;
	baton_sha256_begin(sha);
	baton_sha256_update(sha, public_key + KEY_IDENTIFIER, 16);
	baton_sha256_update(sha, bytes, sizeof bytes);
}

/** Algorithm 2: what the digits lack to 15 each, at most 720, in the three digits after them. */
static void add_checksum(uint8_t digits[N + 2])
{
	uint32_t sum = 0;
	for (int i = 0; i < N; i++) sum += 2 * LAST_DIGIT - (digits[i] >> 4) - (digits[i] & 15u);
	digits[N] = (uint8_t)(sum >> 4); // u16str(sum << 4)
	digits[N + 1] = (uint8_t)(sum << 4);
}
