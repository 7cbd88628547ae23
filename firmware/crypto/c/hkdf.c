// HMAC-SHA256 (RFC 2104) and HKDF-SHA256 (RFC 5869). Extract is HMAC itself: an empty salt and 32 zeros are the same
// key. Time depends on lengths only.

#include "kernel.h"
#include <string.h>

typedef struct {
	BatonSha256 inner, outer; // after their padded keys
} Hmac;

/** Adds `mask` to each byte of `pad`, and hashes that. */
static void begin_padded(BatonSha256 *state, uint8_t pad[64], uint8_t mask)
{
	for (int i = 0; i < 64; i++) pad[i] ^= mask;
	baton_sha256_begin(state);
	baton_sha256_update(state, pad, 64);
}

static void hmac_begin(Hmac *hmac, const uint8_t *key, size_t length)
{
	uint8_t pad[64] = {0};
	if (length > 64) baton_sha256(pad, key, length);
	else if (length > 0) memcpy(pad, key, length);
	begin_padded(&hmac->inner, pad, 0x36);
	begin_padded(&hmac->outer, pad, 0x36 ^ 0x5c);
}

static void hmac_end(Hmac *hmac, uint8_t mac[32])
{
	baton_sha256_end(&hmac->inner, mac);
	baton_sha256_update(&hmac->outer, mac, 32);
	baton_sha256_end(&hmac->outer, mac);
}

void baton_hmac_sha256(uint8_t mac[32], const uint8_t *key, size_t key_length, const uint8_t *data, size_t data_length)
{
	Hmac hmac;
	hmac_begin(&hmac, key, key_length);
	baton_sha256_update(&hmac.inner, data, data_length);
	hmac_end(&hmac, mac);
}

void baton_hkdf_expand(
	uint8_t *output, size_t length, const uint8_t *key, size_t key_length, const uint8_t *info, size_t info_length)
{
	Hmac keyed;
	hmac_begin(&keyed, key, key_length);
	uint8_t t[32]; // T(i), RFC 5869 §2.3
	size_t previous = 0; // bytes of T(i - 1): T(0) is empty
	for (uint8_t i = 1; length > 0; i++) {
		Hmac hmac = keyed;
		baton_sha256_update(&hmac.inner, t, previous);
		baton_sha256_update(&hmac.inner, info, info_length);
		baton_sha256_update(&hmac.inner, &i, 1);
		hmac_end(&hmac, t);
		previous = 32;
		size_t take = length < 32 ? length : 32;
		memcpy(output, t, take);
		output += take;
		length -= take;
	}
}

void baton_hkdf_expand_label(uint8_t *output, size_t length, const uint8_t *secret, size_t secret_length,
	const uint8_t *label, uint8_t label_length, const uint8_t *context, uint8_t context_length)
{
	uint8_t info[2 + 1 + 255 + 1 + 255] = {(uint8_t)(length >> 8), (uint8_t)length, label_length};
	uint8_t *end = info + 3;
	memcpy(end, label, label_length);
	end += label_length;
	*end++ = context_length;
	memcpy(end, context, context_length);
	end += context_length;
	baton_hkdf_expand(output, length, secret, secret_length, info, (size_t)(end - info));
}
