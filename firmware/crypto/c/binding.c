// The crypto kernel as XS host functions: kernel.ts has their shapes. The modules that a build can leave out have
// bindings of their own.

#include "binding.h"
#include "kernel.h"
#include <string.h>

void xs_baton_sha256(xsMachine *the)
{
	uint8_t *hash = expect(the, "hash", writable(the, 0), 32);
	Bytes data = readable(the, 1);
	baton_sha256(hash, data.at, data.length);
}

// The state of a running hash is a Uint8Array whose bytes may lie anywhere: it is copied in and out.

void xs_baton_sha256_begin(xsMachine *the)
{
	BatonSha256 state = {0};
	uint8_t *bytes = expect(the, "state", writable(the, 0), sizeof state);
	baton_sha256_begin(&state);
	memcpy(bytes, &state, sizeof state);
}

void xs_baton_sha256_update(xsMachine *the)
{
	BatonSha256 state;
	uint8_t *bytes = expect(the, "state", writable(the, 0), sizeof state);
	Bytes data = readable(the, 1);
	memcpy(&state, bytes, sizeof state);
	baton_sha256_update(&state, data.at, data.length);
	memcpy(bytes, &state, sizeof state);
}

void xs_baton_sha256_end(xsMachine *the)
{
	BatonSha256 state;
	memcpy(&state, expect(the, "state", readable(the, 0), sizeof state), sizeof state);
	baton_sha256_end(&state, expect(the, "hash", writable(the, 1), 32));
}

void xs_baton_sha384(xsMachine *the)
{
	uint8_t *hash = expect(the, "hash", writable(the, 0), 48);
	Bytes data = readable(the, 1);
	baton_sha384(hash, data.at, data.length);
}

void xs_baton_sha512(xsMachine *the)
{
	uint8_t *hash = expect(the, "hash", writable(the, 0), 64);
	Bytes data = readable(the, 1);
	baton_sha512(hash, data.at, data.length);
}

void xs_baton_hmac_sha256(xsMachine *the)
{
	uint8_t *mac = expect(the, "mac", writable(the, 0), 32);
	Bytes key = readable(the, 1), data = readable(the, 2);
	baton_hmac_sha256(mac, key.at, key.length, data.at, data.length);
}

static Bytes at_most(xsMachine *the, const char *name, Bytes bytes, size_t length)
{
	if (bytes.length > length)
		xsRangeError("%s: expected at most %d bytes, got %d", name, (int)length, (int)bytes.length);
	return bytes;
}

void xs_baton_hkdf_expand(xsMachine *the)
{
	Bytes output = at_most(the, "output", writable(the, 0), 8160), key = readable(the, 1), info = readable(the, 2);
	baton_hkdf_expand(output.at, output.length, key.at, key.length, info.at, info.length);
}

void xs_baton_hkdf_expand_label(xsMachine *the)
{
	Bytes output = at_most(the, "output", writable(the, 0), 8160), secret = readable(the, 1);
	Bytes label = at_most(the, "label", readable(the, 2), 255),
		  context = at_most(the, "context", readable(the, 3), 255);
	baton_hkdf_expand_label(output.at, output.length, secret.at, secret.length, label.at, (uint8_t)label.length,
		context.at, (uint8_t)context.length);
}

void xs_baton_ed25519_verify(xsMachine *the)
{
	uint8_t *public_key = expect(the, "public key", readable(the, 0), 32);
	Bytes message = readable(the, 1);
	uint8_t *signature = expect(the, "signature", readable(the, 2), 64);
	xsmcSetBoolean(xsResult, baton_ed25519_verify(public_key, message.at, message.length, signature));
}

static uint8_t *expect_prepared(xsMachine *the, Bytes bytes)
{
	uint8_t *prepared = expect(the, "prepared key", bytes, BATON_ED25519_PREPARED_BYTES);
	if ((uintptr_t)prepared & 3) xsRangeError("prepared key: expected an aligned buffer");
	return prepared;
}

void xs_baton_ed25519_prepare(xsMachine *the)
{
	uint8_t *prepared = expect_prepared(the, writable(the, 0));
	uint8_t *public_key = expect(the, "public key", readable(the, 1), 32);
	xsmcSetBoolean(xsResult, baton_ed25519_prepare(prepared, public_key));
}

void xs_baton_ed25519_verify_prepared(xsMachine *the)
{
	uint8_t *prepared = expect_prepared(the, readable(the, 0));
	Bytes message = readable(the, 1);
	uint8_t *signature = expect(the, "signature", readable(the, 2), 64);
	xsmcSetBoolean(xsResult, baton_ed25519_verify_prepared(prepared, message.at, message.length, signature));
}

void xs_baton_x25519(xsMachine *the)
{
	uint8_t *shared = expect(the, "shared secret", writable(the, 0), 32);
	uint8_t *scalar = expect(the, "scalar", readable(the, 1), 32);
	baton_x25519(shared, scalar, expect(the, "u", readable(the, 2), 32));
}

void xs_baton_x25519_public_key(xsMachine *the)
{
	uint8_t *public_key = expect(the, "public key", writable(the, 0), 32);
	baton_x25519_public_key(public_key, expect(the, "scalar", readable(the, 1), 32));
}

/** Arguments of AEADs: key, nonce, additional data, buffer (a text and its tag). */
typedef struct {
	uint8_t *key, *nonce, *text, *tag;
	Bytes additional;
	size_t length; // of the text
} AeadArguments;

static AeadArguments aead_arguments(xsMachine *the, size_t key_length)
{
	uint8_t *key = expect(the, "key", readable(the, 0), key_length);
	uint8_t *nonce = expect(the, "nonce", readable(the, 1), 12);
	Bytes additional = readable(the, 2), buffer = writable(the, 3);
	if (buffer.length < 16) xsRangeError("buffer: expected at least 16 bytes, got %d", (int)buffer.length);
	size_t length = buffer.length - 16;
	return (AeadArguments){key, nonce, buffer.at, buffer.at + length, additional, length};
}

void xs_baton_chacha20poly1305_seal(xsMachine *the)
{
	AeadArguments a = aead_arguments(the, 32);
	baton_chacha20poly1305_seal(a.key, a.nonce, a.additional.at, a.additional.length, a.text, a.length, a.tag);
}

void xs_baton_chacha20poly1305_open(xsMachine *the)
{
	AeadArguments a = aead_arguments(the, 32);
	bool good =
		baton_chacha20poly1305_open(a.key, a.nonce, a.additional.at, a.additional.length, a.text, a.length, a.tag);
	xsmcSetBoolean(xsResult, good);
}

void xs_baton_aes128gcm_seal(xsMachine *the)
{
	AeadArguments a = aead_arguments(the, 16);
	baton_aes128gcm_seal(a.key, a.nonce, a.additional.at, a.additional.length, a.text, a.length, a.tag);
}

void xs_baton_aes128gcm_open(xsMachine *the)
{
	AeadArguments a = aead_arguments(the, 16);
	bool good = baton_aes128gcm_open(a.key, a.nonce, a.additional.at, a.additional.length, a.text, a.length, a.tag);
	xsmcSetBoolean(xsResult, good);
}
