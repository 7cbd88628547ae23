// The crypto kernel in C: the face that the XS binding, the benches and the host tests see. C11; no allocation, no
// mutable global state, nothing of XS. Each function is one large step, so that JavaScript crosses once for each.
//
// Lengths in the parameters' types are exact. Inputs may lie at any address; nothing needs alignment except where it
// is said. What is secret and what is not is said in ../DESIGN.md.
#ifndef BATON_KERNEL_H
#define BATON_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4). Messages of less than 2^61 bytes.
typedef struct {
	uint32_t h[8];
	uint8_t block[64]; // the first (length mod 64) bytes await compression
	uint64_t length; // bytes so far
} BatonSha256;

void baton_sha256_begin(BatonSha256 *state);
void baton_sha256_update(BatonSha256 *state, const uint8_t *data, size_t length);
void baton_sha256_end(BatonSha256 *state, uint8_t hash[32]);
void baton_sha256(uint8_t hash[32], const uint8_t *data, size_t length);

// SHA-512 (FIPS 180-4). Messages of less than 2^61 bytes.
typedef struct {
	uint64_t h[8];
	uint8_t block[128];
	uint64_t length;
} BatonSha512;

void baton_sha512_begin(BatonSha512 *state);
void baton_sha512_update(BatonSha512 *state, const uint8_t *data, size_t length);
void baton_sha512_end(BatonSha512 *state, uint8_t hash[64]);
void baton_sha512(uint8_t hash[64], const uint8_t *data, size_t length);

// SHA-384 (FIPS 180-4): `baton_sha512_update` goes on from here, and the first 48 bytes of `baton_sha512_end` are its hash.
void baton_sha384(uint8_t hash[48], const uint8_t *data, size_t length);

// HMAC-SHA256 (RFC 2104) and HKDF-SHA256 (RFC 5869). Keys of any length; `length` of expand at most 255 × 32.
// No output may overlap an input.
void baton_hmac_sha256(uint8_t mac[32], const uint8_t *key, size_t key_length, const uint8_t *data, size_t data_length);
void baton_hkdf_expand(
	uint8_t *output, size_t length, const uint8_t *key, size_t key_length, const uint8_t *info, size_t info_length);
// HKDF-Expand-Label (RFC 9846 §7.1); `label` begins with "tls13 ".
void baton_hkdf_expand_label(uint8_t *output, size_t length, const uint8_t *secret, size_t secret_length,
	const uint8_t *label, uint8_t label_length, const uint8_t *context, uint8_t context_length);

// Ed25519 (RFC 8032 §5.1.7): cofactorless; S < L; R compared as bytes; the key decoded leniently (y ≥ p and "-0" are
// taken, as OpenSSL and Go take them). Everything here is public and takes variable time.
#define BATON_ED25519_PREPARED_BYTES 6272
bool baton_ed25519_verify(
	const uint8_t public_key[32], const uint8_t *message, size_t length, const uint8_t signature[64]);
// Derives tables that make verification under one key faster. `prepared` must be aligned to 4 bytes; its content
// depends on the machine's byte order and is never stored. False: the key is no point.
bool baton_ed25519_prepare(uint8_t prepared[BATON_ED25519_PREPARED_BYTES], const uint8_t public_key[32]);
bool baton_ed25519_verify_prepared(const uint8_t prepared[BATON_ED25519_PREPARED_BYTES], const uint8_t *message,
	size_t length, const uint8_t signature[64]);

// X25519 (RFC 7748 §5). Constant time in `scalar`. `shared` is all zero if `u` has small order: the caller refuses.
void baton_x25519(uint8_t shared[32], const uint8_t scalar[32], const uint8_t u[32]);
// The same with u = 9, faster.
void baton_x25519_public_key(uint8_t public_key[32], const uint8_t scalar[32]);

// AEAD in place: `text` is replaced by its ciphertext and back. `open` checks the tag first, in constant time, and
// decrypts nothing if it is wrong. Texts of less than 2^36 bytes (one 32-bit block counter).
void baton_chacha20poly1305_seal(const uint8_t key[32], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, uint8_t tag[16]);
bool baton_chacha20poly1305_open(const uint8_t key[32], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, const uint8_t tag[16]);
void baton_aes128gcm_seal(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, uint8_t tag[16]);
bool baton_aes128gcm_open(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *additional,
	size_t additional_length, uint8_t *text, size_t length, const uint8_t tag[16]);

#endif
