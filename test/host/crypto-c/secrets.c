// Runs the kernel under valgrind with its secrets marked as undefined: memcheck reports every branch and every address
// that depends on one. Ends with 0; valgrind makes another code of it when it has something to report. With the
// argument `leak` it does what must be reported.

#include "bytes.h"
#include "kernel.h"
#include "ml-kem-768.h"
#include "secp256r1.h"
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#define SECRET(x) VALGRIND_MAKE_MEM_UNDEFINED(x, sizeof(x))

int main(int count, char **words)
{
	uint8_t key[32], other[32], u[32] = {9}, nonce[12] = {1}, additional[5] = {2};
	uint8_t text[200], tag[16], output[100];
	memset(key, 0x5a, sizeof key);
	memset(other, 0xa5, sizeof other);
	memset(text, 0x33, sizeof text);
	SECRET(key), SECRET(other), SECRET(text);
	if (count > 1 && !strcmp(words[1], "leak")) {
		static const char table[2] = "01";
		putchar(table[key[0] & 1]); // an address
		if (key[1] & 1) putchar('2'); // a branch
		return 0;
	}

	volatile bool same = baton_bytes_equal_secrets(key, other, sizeof key);
	(void)same;
	baton_x25519(output, key, u);
	baton_x25519_public_key(output, key);
	uint8_t share[65];
	baton_secp256r1_public_key(share, key);
	VALGRIND_MAKE_MEM_DEFINED(share, sizeof share); // what goes to the peer is public; here it is the peer's as well
	baton_secp256r1(output, other, share);
	baton_hmac_sha256(output, key, sizeof key, text, sizeof text);
	baton_hkdf_expand(output, sizeof output, key, sizeof key, additional, sizeof additional);
	baton_hkdf_expand_label(output, 32, key, sizeof key, additional, sizeof additional, other, sizeof other);
	baton_sha512(output, text, sizeof text);

	// Opening is the same functions and one verdict, which is public: there memcheck would rightly report a branch.
	baton_chacha20poly1305_seal(key, nonce, additional, sizeof additional, text, sizeof text, tag);
	SECRET(text);
	baton_aes128gcm_seal(other, nonce, additional, sizeof additional, text, sizeof text, tag);

	// A key of ρ, which is public and decides how long sampling takes, and of secrets; then what was made for some key.
	static uint8_t private_key[BATON_ML_KEM_768_PRIVATE_KEY_BYTES], ciphertext[BATON_ML_KEM_768_CIPHERTEXT_BYTES];
	static uint8_t encapsulation_key[BATON_ML_KEM_768_KEY_BYTES];
	memset(private_key, 0x11, sizeof private_key);
	memset(ciphertext, 0x77, sizeof ciphertext);
	VALGRIND_MAKE_MEM_UNDEFINED(private_key + 32, sizeof private_key - 32);
	baton_ml_kem_768_expand(private_key, encapsulation_key);
	baton_ml_kem_768_decapsulate(output, private_key, ciphertext);
	return 0;
}
