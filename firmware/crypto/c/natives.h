// The C functions of the crypto kernel that JavaScript reaches, NATIVE(name, parameters): their shapes are in the .ts
// files beside this one, their bodies in the bindings. Boards without the Moddable SDK make their table for
// `native(name)` of this.

NATIVE(xs_baton_sha256, 2)
NATIVE(xs_baton_sha256_begin, 1)
NATIVE(xs_baton_sha256_update, 2)
NATIVE(xs_baton_sha256_end, 2)
NATIVE(xs_baton_sha384, 2)
NATIVE(xs_baton_sha512, 2)
NATIVE(xs_baton_hmac_sha256, 3)
NATIVE(xs_baton_hkdf_expand, 3)
NATIVE(xs_baton_ed25519_verify, 3)
NATIVE(xs_baton_ed25519_prepare, 2)
NATIVE(xs_baton_ed25519_verify_prepared, 3)
NATIVE(xs_baton_x25519, 3)
NATIVE(xs_baton_chacha20poly1305_seal, 4)
NATIVE(xs_baton_chacha20poly1305_open, 4)
NATIVE(xs_baton_aes128gcm_seal, 4)
NATIVE(xs_baton_aes128gcm_open, 4)

NATIVE(xs_baton_p256_verify, 4)
NATIVE(xs_baton_p384_verify, 4)
NATIVE(xs_baton_rsa_verify_pkcs1, 4)
NATIVE(xs_baton_rsa_verify_pss, 4)
NATIVE(xs_baton_secp256r1_public_key, 2)
NATIVE(xs_baton_secp256r1, 3)
NATIVE(xs_baton_hss_lms_verify, 3)
NATIVE(xs_baton_ml_dsa_44_verify, 3)
