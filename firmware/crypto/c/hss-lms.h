// HSS with one level of LMS (RFC 8554): a module that a build can leave out.
#ifndef BATON_HSS_LMS_H
#define BATON_HSS_LMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATON_HSS_LMS_KEY_BYTES 52
#define BATON_HSS_LMS_SIGNATURE_BYTES 1504

/** LMS_SHA256_M24_H10 with LMOTS_SHA256_N24_W4. Any bytes are taken; only a good signature is true. */
bool baton_hss_lms_verify(const uint8_t public_key[BATON_HSS_LMS_KEY_BYTES], const uint8_t *message, size_t length,
	const uint8_t signature[BATON_HSS_LMS_SIGNATURE_BYTES]);

#endif
