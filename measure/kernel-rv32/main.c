// Counts the instructions that the C kernel retires on rv32imc: bare metal, one run, exact. Every result is compared
// with what node:crypto made of the same inputs (vectors.ts), and the run fails if one differs, so a wrong kernel
// posts no figure. Where a secret must not change the time, all counts must be the same.
//
// Prints one line for each operation, `name instructions stack-bytes`: the mean over its cases, and the peak.

#include "bytes.h"
#include "kernel.h"
#include "ecdsa.h"
#include "field25519.h"
#include "hss-lms.h"
#include "keccak.h"
#include "ml-dsa-44.h"
#include "ml-kem-768.h"
#include "rsa.h"
#include "secp256r1.h"
#include "vectors.h"
#include <string.h>

uint64_t instructions(void);
extern uint8_t stack_bottom[], stack_top[];

#define CASES (int)(sizeof verifyCases / sizeof *verifyCases)
#define TEXT 1024 // bytes

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;
static uint32_t overhead; // of two readings with nothing between them
static bool failed;

static void print(const char *text)
{
	while (*text) *uart = (uint8_t)*text++;
}

static void print_number(uint32_t n)
{
	char digits[11] = {0};
	int i = 10;
	do digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	print(digits + i);
}

static void fail(const char *name, const char *why)
{
	print(name);
	print(why);
	failed = true;
}

// One operation's counts.
static struct {
	const char *name;
	uint64_t before, sum;
	uint32_t first, count;
	bool secret, differ;
} measured;

static void begin(const char *name, bool secret)
{
	memset(&measured, 0, sizeof measured);
	measured.name = name;
	measured.secret = secret;
	volatile uint8_t *low = (uint8_t *)__builtin_frame_address(0) - 64; // below this function's own frame
	for (volatile uint8_t *p = stack_bottom; p < low; p++) *p = 0xa5;
}

static inline __attribute__((always_inline)) void start(void)
{
	measured.before = instructions();
}

static inline __attribute__((always_inline)) void stop(void)
{
	uint64_t after = instructions();
	uint32_t n = (uint32_t)(after - measured.before) - overhead;
	if (measured.count++ == 0) measured.first = n;
	else if (n != measured.first) measured.differ = true;
	measured.sum += n;
}

static void check(bool good)
{
	if (!good) fail(measured.name, ": wrong result\n");
}

static void end(void)
{
	const uint8_t *used = stack_bottom;
	while (*used == 0xa5) used++;
	if (measured.secret && measured.differ) fail(measured.name, ": the count depends on a secret\n");
	print(measured.name);
	print(" ");
	print_number((uint32_t)(measured.sum / measured.count));
	print(" ");
	print_number((uint32_t)((uint8_t *)__builtin_frame_address(0) - used));
	print("\n");
}

static _Alignas(4) uint8_t prepared[BATON_ED25519_PREPARED_BYTES];
static uint8_t output[TEXT + 64];

static void verify(void)
{
	begin("verify", false);
	for (int i = 0; i < CASES; i++) {
		const struct verifyCase *c = &verifyCases[i];
		start();
		bool good = baton_ed25519_verify(c->publicKey, c->message, sizeof c->message, c->signature);
		stop();
		check(good);
	}
	end();

	begin("prepare", false);
	for (int i = 0; i < CASES; i++) {
		start();
		bool good = baton_ed25519_prepare(prepared, verifyCases[i].publicKey);
		stop();
		check(good);
	}
	end();

	begin("verify-prepared", false);
	for (int i = 0; i < CASES; i++) {
		const struct verifyCase *c = &verifyCases[i];
		baton_ed25519_prepare(prepared, c->publicKey);
		start();
		bool good = baton_ed25519_verify_prepared(prepared, c->message, sizeof c->message, c->signature);
		stop();
		check(good);
	}
	end();

	begin("refuse", false); // one bit of S is wrong: the same work, the other verdict
	for (int i = 0; i < CASES; i++) {
		const struct verifyCase *c = &verifyCases[i];
		uint8_t signature[64];
		memcpy(signature, c->signature, 64);
		signature[32 + i] ^= 1;
		start();
		bool good = baton_ed25519_verify(c->publicKey, c->message, sizeof c->message, signature);
		stop();
		baton_ed25519_prepare(prepared, c->publicKey);
		check(!good && !baton_ed25519_verify_prepared(prepared, c->message, sizeof c->message, signature));
	}
	end();

	begin("verify-hash", false); // what of the above is SHA-512 of R, A and the message
	start();
	baton_sha512(output, output, 64 + sizeof verifyCases[0].message);
	stop();
	end();
}

static void verify_ecdsa(const char *name, const BatonCurve *curve, const struct ecdsaCase *cases, size_t size)
{
	begin(name, false);
	for (int i = 0; i < CASES; i++) {
		const struct ecdsaCase *c = &cases[i];
		start();
		bool good = baton_ecdsa_verify(curve, c->publicKey, c->hash, size, c->r, size, c->s, size);
		stop();
		uint8_t wrong[48];
		memcpy(wrong, c->s, size);
		wrong[i] ^= 1;
		check(good && !baton_ecdsa_verify(curve, c->publicKey, c->hash, size, c->r, size, wrong, size));
	}
	end();
}

static void verify_rsa(const char *pkcs1, const char *pss, BatonRsaKey key, const struct rsaCase *cases)
{
	begin(pkcs1, false);
	for (int i = 0; i < CASES; i++) {
		const struct rsaCase *c = &cases[i];
		start();
		bool good = baton_rsa_verify_pkcs1(&key, c->hash, sizeof c->hash, c->pkcs1);
		stop();
		check(good && !baton_rsa_verify_pkcs1(&key, c->hash, sizeof c->hash, c->pss));
	}
	end();
	begin(pss, false);
	for (int i = 0; i < CASES; i++) {
		const struct rsaCase *c = &cases[i];
		start();
		bool good = baton_rsa_verify_pss(&key, c->hash, sizeof c->hash, c->pss);
		stop();
		check(good && !baton_rsa_verify_pss(&key, c->hash, sizeof c->hash, c->pkcs1));
	}
	end();
}

static void agree_secp256r1(void)
{
	begin("secp256r1-public-key", true);
	for (int i = 0; i < CASES; i++) {
		const struct secp256r1Case *c = &secp256r1Cases[i];
		start();
		bool good = baton_secp256r1_public_key(output, c->secret);
		stop();
		check(good && memcmp(output, c->publicKey, 65) == 0);
	}
	end();
	// The peer's share is public and its multiples take variable time: one share for all secrets.
	begin("secp256r1", true);
	for (int i = 0; i < CASES; i++) {
		const struct secp256r1Case *c = &secp256r1Cases[i];
		start();
		bool good = baton_secp256r1(output, c->secret, secp256r1Cases[0].peer);
		stop();
		check(good && baton_secp256r1(output, c->secret, c->peer) && memcmp(output, c->shared, 32) == 0);
	}
	end();
}

static void agree(void)
{
	begin("x25519", true);
	for (int i = 0; i < CASES; i++) {
		const struct agreeCase *c = &agreeCases[i];
		start();
		baton_x25519(output, c->scalar, c->u);
		stop();
		check(memcmp(output, c->shared, 32) == 0);
	}
	end();

	begin("x25519-public-key", true);
	for (int i = 0; i < CASES; i++) {
		const struct agreeCase *c = &agreeCases[i];
		start();
		baton_x25519_public_key(output, c->scalar);
		stop();
		check(memcmp(output, c->publicKey, 32) == 0);
	}
	end();
}

/** Equal, and different at each place in turn. */
static void compare(void)
{
	begin("equal-secrets", true);
	for (int i = 0; i < 33; i++) {
		uint8_t other[32];
		memcpy(other, text, 32);
		if (i < 32) other[i] ^= 1 << (i & 7);
		start();
		bool same = baton_bytes_equal_secrets(text, other, 32);
		stop();
		check(same == (i == 32));
	}
	end();
}

static void hash(void)
{
	begin("sha256", false);
	start();
	baton_sha256(output, text, TEXT);
	stop();
	check(memcmp(output, textSha256, 32) == 0);
	end();

	begin("sha512", false);
	start();
	baton_sha512(output, text, TEXT);
	stop();
	check(memcmp(output, textSha512, 64) == 0);
	end();

	begin("hkdf", true); // extract and expand to 32 bytes, as often as TLS 1.3 asks for
	for (int i = 0; i < CASES; i++) {
		const struct deriveCase *c = &deriveCases[i];
		uint8_t key[32];
		start();
		baton_hmac_sha256(key, c->salt, sizeof c->salt, c->input, sizeof c->input);
		baton_hkdf_expand(output, 32, key, 32, c->info, sizeof c->info);
		stop();
		check(memcmp(output, c->output, 32) == 0);
	}
	end();
}

static void protect(void)
{
	static _Alignas(4) uint8_t buffer[TEXT + 16];
	begin("chacha20poly1305", true);
	for (int i = 0; i < CASES; i++) {
		const struct protectCase *c = &chacha20poly1305Cases[i];
		memcpy(buffer, text, TEXT);
		start();
		baton_chacha20poly1305_seal(c->key, c->nonce, c->additional, 5, buffer, TEXT, buffer + TEXT);
		stop();
		baton_sha256(output, buffer, sizeof buffer);
		check(memcmp(output, c->sha256, 32) == 0);
		check(baton_chacha20poly1305_open(c->key, c->nonce, c->additional, 5, buffer, TEXT, buffer + TEXT));
		check(memcmp(buffer, text, TEXT) == 0);
	}
	end();

	begin("aes128gcm", true);
	for (int i = 0; i < CASES; i++) {
		const struct protectCase *c = &aes128gcmCases[i];
		memcpy(buffer, text, TEXT);
		start();
		baton_aes128gcm_seal(c->key, c->nonce, c->additional, 5, buffer, TEXT, buffer + TEXT);
		stop();
		baton_sha256(output, buffer, sizeof buffer);
		check(memcmp(output, c->sha256, 32) == 0);
		check(baton_aes128gcm_open(c->key, c->nonce, c->additional, 5, buffer, TEXT, buffer + TEXT));
		check(memcmp(buffer, text, TEXT) == 0);
	}
	end();
}

static void post_quantum(void)
{
	begin("ml-dsa-44-verify", false);
	for (int i = 0; i < CASES; i++) {
		const struct mlDsa44Case *c = &mlDsa44Cases[i];
		start();
		bool good = baton_ml_dsa_44_verify(c->publicKey, c->message, sizeof c->message, c->signature);
		stop();
		check(good);
		uint8_t signature[BATON_ML_DSA_44_SIGNATURE_BYTES];
		memcpy(signature, c->signature, sizeof signature);
		signature[0] ^= 1;
		check(!baton_ml_dsa_44_verify(c->publicKey, c->message, sizeof c->message, signature));
	}
	end();

	begin("hss-lms-verify", false);
	for (int i = 0; i < CASES; i++) {
		const struct hssLmsCase *c = &hssLmsCases[i];
		start();
		bool good = baton_hss_lms_verify(c->publicKey, c->message, sizeof c->message, c->signature);
		stop();
		check(good);
		check(!baton_hss_lms_verify(c->publicKey, c->message, sizeof c->message - 1, c->signature));
	}
	end();

	static uint8_t key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES], encapsulation_key[BATON_ML_KEM_768_KEY_BYTES];
	begin("ml-kem-768-generate", false);
	for (int i = 0; i < CASES; i++) {
		const struct mlKem768Case *c = &mlKem768Cases[i];
		start();
		baton_ml_kem_768_generate(key, encapsulation_key, c->seed);
		stop();
		check(memcmp(encapsulation_key, c->encapsulationKey, sizeof encapsulation_key) == 0);
	}
	end();

	begin("ml-kem-768-decapsulate", false);
	for (int i = 0; i < CASES; i++) {
		const struct mlKem768Case *c = &mlKem768Cases[i];
		baton_ml_kem_768_generate(key, encapsulation_key, c->seed);
		start();
		baton_ml_kem_768_decapsulate(output, key, c->ciphertext);
		stop();
		check(memcmp(output, c->shared, 32) == 0);
	}
	end();

	// How much is sampled depends on ρ, which is public. With one ρ every secret has to take the same time, and every
	// ciphertext, whether it is the key's (the first) or not.
	begin("ml-kem-768-generate-one-rho", true);
	for (int i = 0; i < CASES; i++) {
		memcpy(key, mlKem768Cases[0].encapsulationKey + BATON_ML_KEM_768_KEY_BYTES - 32, 32);
		memcpy(key + 32, mlKem768Cases[i].seed, 64); // σ and z
		start();
		baton_ml_kem_768_expand(key, encapsulation_key);
		stop();
	}
	end();

	begin("ml-kem-768-decapsulate-one-rho", true);
	for (int i = 0; i < CASES; i++) {
		baton_ml_kem_768_generate(key, encapsulation_key, mlKem768Cases[0].seed);
		if (i > CASES / 2) memcpy(key + 32, mlKem768Cases[i].seed, 64);
		start();
		baton_ml_kem_768_decapsulate(output, key, mlKem768Cases[i].ciphertext);
		stop();
		check((memcmp(output, mlKem768Cases[i].shared, 32) == 0) == (i == 0));
	}
	end();

	begin("keccak-permute", true);
	Sponge sponge;
	sponge_begin(&sponge, SHAKE128_RATE);
	for (int i = 0; i < CASES; i++) {
		start();
		keccak_permute(sponge.words);
		stop();
	}
	end();
}

/** What everything above is made of. Its results are checked by the operations above. */
static void field(void)
{
	Field f, g;
	field_load(f, text);
	field_load(g, text + 32);
	begin("field-multiply", true);
	start();
	field_multiply(f, f, g);
	stop();
	end();
	begin("field-square", true);
	start();
	field_square(f, f);
	stop();
	end();
	begin("field-invert", true);
	for (int i = 0; i < CASES; i++) {
		start();
		field_invert(f, f);
		stop();
		f[0] ^= (uint32_t)i;
	}
	end();
}

int main(void)
{
	uint64_t before = instructions();
	overhead = (uint32_t)(instructions() - before);
	verify();
	verify_ecdsa("p256", &baton_curve256, p256Cases, 32);
	verify_ecdsa("p384", &baton_curve384, p384Cases, 48);
	verify_rsa(
		"rsa2048-pkcs1", "rsa2048-pss", (BatonRsaKey){rsa2048Modulus, sizeof rsa2048Modulus, 65537}, rsa2048Cases);
	verify_rsa(
		"rsa4096-pkcs1", "rsa4096-pss", (BatonRsaKey){rsa4096Modulus, sizeof rsa4096Modulus, 65537}, rsa4096Cases);
	agree_secp256r1();
	agree();
	compare();
	hash();
	protect();
	post_quantum();
	field();
	return failed;
}
