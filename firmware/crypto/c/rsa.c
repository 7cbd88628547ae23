// RSA signature verification (RFC 8017): RSASSA-PKCS1-v1_5 and RSASSA-PSS, moduli of 2048 to 4096 bits. Everything is
// public, so time varies freely. Works on the stack alone: 2 KB for 4096 bits, and the hash's.
//
// s^e by Montgomery's multiplication. What it takes to bring s into Montgomery's form, s 2^(32 words) mod m, is one long
// division, cheaper than any power of 2 that would be made beforehand; and since the last factor is s as it is, the
// result needs no way back. For e = 65537 that is 16 squares and one product.

#include "rsa.h"
#include "kernel.h"
#include "numbers.h"
#include "words.h"

/**
 * h = x 2^(32 words) modulo m, for x < m: long division (Knuth, volume 2, 4.3.1 D), a word of the quotient at a time. Of
 * m's words `used` are not 0, at least two. `t` has room for 2 `words`.
 */
static void to_montgomery(uint32_t *h, const uint32_t *x, const uint32_t *m, int words, int used, uint32_t *t)
{
	int zeros = 0; // above m's uppermost bit
	while (!(m[used - 1] << zeros >> 31)) zeros++;
	const uint32_t divisor = m[used - 1] << zeros | m[used - 2] >> 1 >> (31 - zeros); // m's first 32 bits
	for (int i = 0; i < words; i++) { // the complement: there, adding a multiple of m takes it off
		t[i] = 0xffffffff;
		t[words + i] = ~x[i];
	}
	for (int i = words - 1; i >= 0; i--) {
		uint32_t *const r = t + i;
		// The remainder r < 2^32 m has used + 1 words. Of the 64 bits at the place of m's first 32, the upper half is at
		// most m's; their quotient is at most 2 too great.
		const uint32_t high = ~(r[used] << zeros | r[used - 1] >> 1 >> (31 - zeros));
		const uint32_t low = ~(r[used - 1] << zeros | r[used - 2] >> 1 >> (31 - zeros));
		uint32_t quotient = 0xffffffff;
		if (high < divisor) quotient = (uint32_t)(((uint64_t)high << 32 | low) / divisor);
		r[words] += (uint32_t)number_add_products(r, m, words, quotient, 0, 0);
		while (r[words] != 0xffffffff) r[words] -= number_subtract(r, r, m, words); // r is negative
	}
	for (int i = 0; i < words; i++) h[i] = ~t[i];
}

/** product = x²: every product of two words once, then twice their sum and the squares. */
static void square(uint32_t *product, const uint32_t *x, int words)
{
	for (int i = 0; i < words; i++) product[i] = 0;
	for (int i = 0; i < words; i += 2) {
		const uint64_t t = (uint64_t)x[i] * x[i + 1] + product[2 * i + 1];
		product[2 * i + 1] = (uint32_t)t;
		const uint64_t carry =
			number_add_products(product + 2 * i + 2, x + i + 2, words - 2 - i, x[i], x[i + 1], (uint32_t)(t >> 32));
		product[i + words] = (uint32_t)carry;
		product[i + words + 1] = (uint32_t)(carry >> 32);
	}
	uint32_t above = 0; // the bit that doubling shifts out of the word below
	uint64_t c = 0;
	for (int i = 0; i < words; i++) {
		const uint32_t low = product[2 * i] << 1 | above, high = product[2 * i + 1] << 1 | product[2 * i] >> 31;
		above = product[2 * i + 1] >> 31;
		c += (uint64_t)x[i] * x[i] + low; // ≤ (2^32 - 1)^2 + 2^32 - 1 + carry 1
		product[2 * i] = (uint32_t)c;
		c = (c >> 32) + high;
		product[2 * i + 1] = (uint32_t)c;
		c >>= 32;
	}
}

uint8_t *rsa_power(uint32_t x[RSA_WORDS], const BatonRsaKey *key, const uint8_t *signature, size_t hash_length)
{
	if (hash_length != 32 && hash_length != 48 && hash_length != 64) return NULL;
	uint32_t m[RSA_WORDS], s[RSA_WORDS], product[2 * RSA_WORDS];
	const int used = (int)(key->length + 3) / 4, words = used + (used & 1); // an even number
	const uint32_t e = key->exponent;
	number_load(m, words, key->modulus, key->length);
	number_load(s, words, signature, key->length);
	if (key->modulus[0] == 0 || !(m[0] & e & 1) || e < 3 || !number_is_less(s, m, words)) return NULL;

	const uint32_t inverse = montgomery_inverse(m[0]);
	to_montgomery(x, s, m, words, used, product);
	int bit = 31;
	while (!(e >> bit)) bit--;
	while (--bit >= 0) {
		square(product, x, words);
		montgomery_reduce(x, product, m, words, inverse);
		if (!(e >> bit & 1)) continue;
		number_multiply(product, x, s, words);
		montgomery_reduce(x, product, m, words, inverse); // no longer in Montgomery's form
		if (bit > 0) to_montgomery(x, x, m, words, used, product);
	}

	uint8_t *const bytes = (uint8_t *)x; // big-endian, turned round in place
	for (int i = 0; i < words / 2; i++) {
		const uint32_t low = x[i], high = x[words - 1 - i];
		store32_be(bytes + 4 * i, high);
		store32_be(bytes + 4 * (words - 1 - i), low);
	}
	return bytes + 4 * (size_t)words - key->length;
}

/** EMSA-PKCS1-v1_5 (§9.2) has one encoding, with the parameters NULL: 0 ‖ 1 ‖ 255 … 255 ‖ 0 ‖ prefix ‖ hash. */
bool baton_rsa_verify_pkcs1(const BatonRsaKey *key, const uint8_t *hash, size_t hash_length, const uint8_t *signature)
{
	uint32_t x[RSA_WORDS];
	const uint8_t *em = rsa_power(x, key, signature, hash_length);
	if (em == NULL) return false;
	// DigestInfo (§9.2, note 1) up to the hash; id-sha256 ends in 1, id-sha384 in 2, id-sha512 in 3.
	uint8_t prefix[20] = {0, 0x30, 0, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 0, 5, 0, 4, 0};
	prefix[2] = (uint8_t)(17 + hash_length);
	prefix[15] = (uint8_t)(hash_length / 16 - 1);
	prefix[19] = (uint8_t)hash_length;

	uint8_t wrong = em[0] | (em[1] ^ 1);
	const uint8_t *const end = em + key->length - hash_length - sizeof prefix;
	for (em += 2; em != end; em++) wrong |= (uint8_t) ~*em;
	return wrong == 0 && memcmp(em, prefix, sizeof prefix) == 0 && memcmp(em + sizeof prefix, hash, hash_length) == 0;
}

static void digest(uint8_t hash[64], size_t hash_length, const uint8_t *data, size_t length)
{
	if (hash_length == 32) baton_sha256(hash, data, length);
	else if (hash_length == 48) baton_sha384(hash, data, length);
	else baton_sha512(hash, data, length);
}

/** EMSA-PSS (§9.1.2): maskedDB ‖ H ‖ 0xbc, DB = 0 … 0 ‖ 1 ‖ salt, H = Hash(0 (8 bytes) ‖ hash ‖ salt). */
bool baton_rsa_verify_pss(const BatonRsaKey *key, const uint8_t *hash, size_t hash_length, const uint8_t *signature)
{
	uint32_t x[RSA_WORDS];
	uint8_t *em = rsa_power(x, key, signature, hash_length);
	if (em == NULL) return false;
	// It has one bit less than the modulus (§8.1.2), so it may be a byte shorter.
	size_t length = key->length;
	uint8_t allowed = 0x7f; // bits of its first byte
	while (!(key->modulus[0] & (allowed + 1))) allowed >>= 1;
	uint8_t wrong = em[0] & (uint8_t)~allowed;
	if (allowed == 0) em++, length--, allowed = 0xff;
	wrong |= em[length - 1] ^ 0xbc;

	const size_t db_length = length - hash_length - 1, padding = db_length - hash_length - 1;
	uint8_t *const H = em + db_length, *const salt = em + padding + 1;
	uint8_t input[8 + 64 + 64] = {0}, output[64];
	memcpy(input, H, hash_length);
	for (size_t i = 0, at = hash_length; i < db_length; i++, at++) { // MGF1 (appendix B.2.1): H ‖ counter
		if (at == hash_length) {
			digest(output, hash_length, input, hash_length + 4);
			input[hash_length + 3]++; // at most 15 blocks
			at = 0;
		}
		em[i] ^= output[at];
	}
	em[0] &= allowed;
	for (size_t i = 0; i < padding; i++) wrong |= em[i];
	wrong |= em[padding] ^ 1;

	memset(input, 0, 8);
	memcpy(input + 8, hash, hash_length);
	memcpy(input + 8 + hash_length, salt, hash_length);
	digest(output, hash_length, input, 8 + 2 * hash_length);
	return wrong == 0 && memcmp(output, H, hash_length) == 0;
}
