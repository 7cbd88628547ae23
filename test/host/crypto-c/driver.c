// The C kernel as a filter for crypto-c.test.ts: requests on standard input, one answer for each on standard output.
// Request: operation (1 byte), three lengths (4 bytes each), three parts. Answer: length (4 bytes), bytes. Each part
// lies in a block of its own, exactly as long as it is, so that the address sanitizer sees every step beyond it.

#include "bytes.h"
#include "kernel.h"
#include "curve.h"
#include "ecdsa.h"
#include "field25519.h"
#include "hss-lms.h"
#include "inverse.h"
#include "keccak.h"
#include "ml-dsa-44.h"
#include "ml-kem-768.h"
#include "numbers.h"
#include "rsa.h"
#include "scalar25519.h"
#include "secp256r1.h"
#include "signed-digits.h"
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
	int count = signed_digits(digits, x, 8, 4);
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

/** Every function of two elements of a curve's field, aliased or not, in plain numbers' place; and both inverses. */
static void elements(const BatonCurve *c, const uint8_t *a, const uint8_t *b)
{
	const size_t size = 4 * (size_t)c->words;
	Element f, g, h, k;
	memcpy(f, a, size), memcpy(g, b, size);
#define AGAIN (memcpy(h, f, size), memcpy(k, g, size))
	void (*const two[])(uint32_t *, const uint32_t *, const uint32_t *) = {c->multiply, c->add, c->subtract};
	for (int i = 0; i < 3; i++) {
		two[i](h, f, g), put(h, size);
		AGAIN, two[i](h, h, g), put(h, size);
		AGAIN, two[i](k, f, k), put(k, size);
		two[i](h, f, f), put(h, size);
		AGAIN, two[i](h, h, h), put(h, size);
	}
	c->halve(h, f), put(h, size);
	AGAIN, c->halve(h, h), put(h, size);
	for (int i = 0; i < 2; i++) {
		const uint32_t *modulus = i ? c->n : c->p;
		if (!number_is_less(f, modulus, c->words)) memset(f, 0, size);
		invert(h, f, modulus, c->words, true), put(h, size);
		AGAIN, invert(h, h, modulus, c->words, true), put(h, size);
		if (c->words == 8) invert(h, f, modulus, 8, false);
		put(h, size);
	}
	memset(h, 0xff, size); // the greatest first factor
	c->multiply(h, h, g), put(h, size);
}

static void numbers(const uint8_t *a, size_t size, const uint8_t *b, const uint8_t *modulus)
{
	uint32_t x[16], y[16], m[16], t[32], h[16];
	const int words = (int)(size / 4);
	memcpy(x, a, size), memcpy(y, b, size), memcpy(m, modulus, size);
	put_bool(number_is_zero(x, words)), put_bool(number_is_less(x, y, words));
	put_bool(number_subtract(h, x, y, words)), put(h, size);
	number_multiply(t, x, y, words), put(t, 2 * size);
	if (!number_is_less(y, m, words)) return;
	montgomery_reduce(h, t, m, words, montgomery_inverse(m[0])), put(h, size);
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
		// the byte layer: b is as long as a, c a set
		case 'b': {
			put_bool(baton_bytes_equal_secrets(a, b, n[0]));
			uint32_t sum = baton_bytes_crc32(a, n[0], 0), both = baton_bytes_crc32(b, n[1], sum);
			put(&sum, 4), put(&both, 4);
			uint8_t run = (uint8_t)baton_bytes_span(a, n[0], c);
			put(&run, 1);
			break;
		}
		case 'B': put_bool(baton_bytes_are(a, n[0], b[0])); break;
		case 's': baton_sha256(answer, a, n[0]), length = 32; break;
		case 'S': baton_sha512(answer, a, n[0]), baton_sha384(answer + 64, a, n[0]), length = 112; break;
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
		case 'X': baton_x25519_public_key(answer, a), length = 32; break;
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
		case 'M': // a key of a, and b opened with it
			baton_ml_kem_768_generate(answer, answer + 128, a);
			baton_ml_kem_768_decapsulate(answer + 128 + BATON_ML_KEM_768_KEY_BYTES, answer, b);
			length = 128 + BATON_ML_KEM_768_KEY_BYTES + 32;
			break;
		case 'w': elements(n[0] == 32 ? &baton_curve256 : &baton_curve384, a, b); break;
		case 'm': numbers(a, n[0], b, c); break;
		case 'q': // a: key; b: hash; c: r and s, equally long
			put_bool(baton_ecdsa_verify(
				n[0] == 65 ? &baton_curve256 : &baton_curve384, a, b, n[1], c, n[2] / 2, c + n[2] / 2, n[2] / 2));
			break;
		case 'D': // a: secret; b: the peer's share
			put_bool(baton_secp256r1_public_key(answer + 1, a)), length += 65;
			put_bool(baton_secp256r1(answer + length + 1, a, b)), length += 32;
			break;
		case 'r':
		case 'R': { // a: exponent (4 bytes), modulus; b: hash; c: signature
			const BatonRsaKey key = {a + 4, n[0] - 4, load32_le(a)};
			if (n[1] == 0) { // the power alone
				uint32_t x[RSA_WORDS];
				const uint8_t *encoded = rsa_power(x, &key, c, 32);
				if (encoded != NULL) put(encoded, key.length);
			} else if (head[0] == 'r') put_bool(baton_rsa_verify_pkcs1(&key, b, n[1], c));
			else put_bool(baton_rsa_verify_pss(&key, b, n[1], c));
			break;
		}
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
