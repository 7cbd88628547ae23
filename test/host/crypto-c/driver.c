// The C kernel as a filter for crypto-c.test.ts: requests on standard input, one answer for each on standard output.
// Request: operation (1 byte), three lengths (4 bytes each), three parts. Answer: length (4 bytes), bytes. Each part
// lies in a block of its own, exactly as long as it is, so that the address sanitizer sees every step beyond it.

#include "kernel.h"
#include "field25519.h"
#include "hss-lms.h"
#include "keccak.h"
#include "ml-dsa-44.h"
#include "scalar25519.h"
#include "words.h"
#include <stdio.h>
#include <stdlib.h>

static uint8_t answer[1 << 17];
static size_t length;

static void put(const void *bytes, size_t count)
{
	memcpy(answer + length, bytes, count);
	length += count;
}

static void put_bool(bool value)
{
	answer[length++] = value;
}

/** As 32 bytes; and the bound that every field element keeps (field25519.h). */
static void put_field(const Field f)
{
	if (f[7] > 0x80000000u + 39) {
		fprintf(stderr, "bound I is broken: %08x\n", f[7]);
		exit(3);
	}
	put(f, sizeof(Field));
}

/** Every function of two elements, with every way in which its output may be one of its inputs. */
static void field(const uint8_t *a, const uint8_t *b)
{
	Field f, g, h, k;
	memcpy(f, a, 32);
	memcpy(g, b, 32);
#define FRESH (memcpy(h, f, 32), memcpy(k, g, 32))
	field_multiply(h, f, g), put_field(h);
	FRESH, field_multiply(h, h, g), put_field(h);
	FRESH, field_multiply(k, f, k), put_field(k);
	FRESH, field_multiply(h, h, h), put_field(h);
	field_square(h, f), put_field(h);
	FRESH, field_square(h, h), put_field(h);
	field_square_times(h, f, 5), put_field(h);
	Field pair[2];
	memcpy(pair, a, 32), memcpy(pair[1], b, 32);
	field_square_each(pair, 2), put_field(pair[0]), put_field(pair[1]);
	field_add(h, f, g), put_field(h);
	FRESH, field_add(h, h, g), put_field(h);
	FRESH, field_add(k, f, k), put_field(k);
	FRESH, field_add(h, h, h), put_field(h);
	field_subtract(h, f, g), put_field(h);
	FRESH, field_subtract(h, h, g), put_field(h);
	FRESH, field_subtract(k, f, k), put_field(k);
	FRESH, field_subtract(h, h, h), put_field(h);
	field_add_subtract(h, k, f, g), put_field(h), put_field(k);
	FRESH, field_add_subtract(h, k, h, k), put_field(h), put_field(k);
	FRESH, field_add_subtract(k, h, h, k), put_field(k), put_field(h);
	field_add_scaled(h, f, g), field_multiply(h, h, f), put_field(h);
	field_freeze(h, f), put_field(h);
	FRESH, field_freeze(h, h), put_field(h);
	field_invert(h, f), put_field(h);
	FRESH, field_invert(h, h), put_field(h);
	field_invert_public(h, f), put_field(h);
	field_power_2_252_3(h, f), put_field(h);
	FRESH, field_power_2_252_3(h, h), put_field(h);
	put_bool(field_is_zero(f));
}

static void scalars(const uint8_t *wide, const uint8_t *k)
{
	uint32_t x[16], s[8], r[8], c[8], d[8];
	int8_t digits[257];
	memcpy(x, wide, 64);
	memcpy(s, k, 32);
	scalar_reduce(r, x), put(r, 32);
	scalar_multiply(r, x, x + 8), put(r, 32);
	put_bool(scalar_is_reduced(x));
	put_bool(scalar_halve(c, d, s)), put(c, 32), put(d, 32);
	int count = scalar_signed_digits(digits, x);
	put(&count, 4), put(digits, 257);
}

/** Absorbs and squeezes in pieces; the answer's length is set. */
static void sponge(const uint8_t *data, size_t data_length, uint8_t rate, uint8_t suffix, size_t piece)
{
	Sponge sponge;
	sponge_begin(&sponge, rate);
	for (size_t at = 0; at < data_length; at += piece) {
		sponge_absorb(&sponge, data + at, piece < data_length - at ? piece : data_length - at);
	}
	sponge_end(&sponge, suffix);
	for (size_t at = 0; at < length; at += piece) {
		sponge_squeeze(&sponge, answer + at, piece < length - at ? piece : length - at);
	}
}

int main(void)
{
	uint8_t head[13];
	_Alignas(4) static uint8_t prepared[BATON_ED25519_PREPARED_BYTES];
	static bool is_point;
	while (fread(head, 1, sizeof head, stdin) == sizeof head) {
		uint8_t *part[3];
		size_t n[3];
		for (int i = 0; i < 3; i++) {
			n[i] = load32_le(head + 1 + 4 * i);
			part[i] = malloc(n[i] ? n[i] : 1);
			if (!part[i] || fread(part[i], 1, n[i], stdin) != n[i]) return 2;
		}
		uint8_t *a = part[0], *b = part[1], *c = part[2];
		length = 0;
		switch (head[0]) {
		case 's': baton_sha256(answer, a, n[0]), length = 32; break;
		case 'S': baton_sha512(answer, a, n[0]), length = 64; break;
		case 'p': { // the same hashes, in pieces of b's bytes
			BatonSha256 small;
			BatonSha512 large;
			baton_sha256_begin(&small), baton_sha512_begin(&large);
			for (size_t i = 0, at = 0; at < n[0]; i++) {
				size_t piece = b[i % n[1]] < n[0] - at ? b[i % n[1]] : n[0] - at;
				baton_sha256_update(&small, a + at, piece), baton_sha512_update(&large, a + at, piece);
				at += piece;
			}
			baton_sha256_end(&small, answer), baton_sha512_end(&large, answer + 32), length = 96;
			break;
		}
		case 'h': baton_hmac_sha256(answer, a, n[0], b, n[1]), length = 32; break;
		case 'e': length = c[0] | c[1] << 8, baton_hkdf_expand(answer, length, a, n[0], b, n[1]); break;
		case 'x': baton_x25519(answer, a, b), length = 32; break;
		case 'v': put_bool(baton_ed25519_verify(a, b, n[1], c)); break;
		case 'k': put_bool(is_point = baton_ed25519_prepare(prepared, a)); break;
		case 'V': put_bool(is_point && baton_ed25519_verify_prepared(prepared, b, n[1], c)); break;
		// AEADs: a is key and nonce; sealing gives c sealed, opening gives a boolean and what c is afterwards.
		case 'c':
			memcpy(answer, c, n[2]), length = n[2] + 16;
			baton_chacha20poly1305_seal(a, a + 32, b, n[1], answer, n[2], answer + n[2]);
			break;
		case 'C':
			put_bool(baton_chacha20poly1305_open(a, a + 32, b, n[1], c, n[2] - 16, c + n[2] - 16));
			put(c, n[2] - 16);
			break;
		case 'g':
			memcpy(answer, c, n[2]), length = n[2] + 16;
			baton_aes128gcm_seal(a, a + 16, b, n[1], answer, n[2], answer + n[2]);
			break;
		case 'G':
			put_bool(baton_aes128gcm_open(a, a + 16, b, n[1], c, n[2] - 16, c + n[2] - 16));
			put(c, n[2] - 16);
			break;
		// a sponge: b is rate, suffix and bytes in a piece; c is how many bytes are squeezed.
		case 'K': length = c[0] | c[1] << 8, sponge(a, n[0], b[0], b[1], b[2]); break;
		case 'd': put_bool(n[2] == BATON_ML_DSA_44_SIGNATURE_BYTES && baton_ml_dsa_44_verify(a, b, n[1], c)); break;
		case 'l': put_bool(n[2] == BATON_HSS_LMS_SIGNATURE_BYTES && baton_hss_lms_verify(a, b, n[1], c)); break;
		case 'f': field(a, b); break;
		case 'n': scalars(a, b); break;
		default: return 2;
		}
		uint8_t size[4];
		store32_le(size, (uint32_t)length);
		fwrite(size, 1, 4, stdout);
		fwrite(answer, 1, length, stdout);
		for (int i = 0; i < 3; i++) free(part[i]);
	}
	return 0;
}
