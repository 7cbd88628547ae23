// The byte layer's loops (../bytes.ts). That of secrets is held to its promise by the tests of the crypto kernel, which
// compares its tags with it.

#include "bytes.h"
#include <string.h>

bool baton_bytes_are(const uint8_t *bytes, size_t length, uint8_t value)
{
	const uint32_t four = value * 0x01010101u;
	size_t i = 0;
	for (; i < length && ((uintptr_t)&bytes[i] & 3); i++)
		if (bytes[i] != value) return false;
	for (uint32_t word; length - i >= 4; i += 4) {
		memcpy(&word, __builtin_assume_aligned(&bytes[i], 4), 4);
		if (word != four) return false;
	}
	for (; i < length; i++)
		if (bytes[i] != value) return false;
	return true;
}

uint32_t baton_bytes_crc32(const uint8_t *bytes, size_t length, uint32_t before)
{
	static const uint32_t half_byte[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278,
		0xbdbdf21c}; // polynomial edb88320
	uint32_t crc = ~before;
	for (size_t i = 0; i < length; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ half_byte[crc & 15];
		crc = crc >> 4 ^ half_byte[crc & 15];
	}
	return ~crc;
}

// X.690 §8.1.2, §8.1.3, §10.1: a tag of one byte, and the shortest definite length, here of at most two bytes more.

int32_t baton_bytes_der_end(const uint8_t *bytes, size_t length, uint8_t tag)
{
	if (length < 2) return BATON_DER_TRUNCATED;
	if (bytes[0] != tag || (tag & 0x1f) == 0x1f) return BATON_DER_OTHER_TAG;
	size_t header = 2, content = bytes[1];
	if (content >= 0x80) {
		header = content - 0x80 + 2;
		if (header < 3 || header > 4) return BATON_DER_NOT_MINIMAL;
		if (length < header) return BATON_DER_TRUNCATED;
		content = header == 3 ? bytes[2] : (size_t)bytes[2] << 8 | bytes[3];
		if (content < (header == 3 ? 0x80 : 0x100)) return BATON_DER_NOT_MINIMAL;
	}
	return content > length - header ? BATON_DER_TRUNCATED : (int32_t)(header + content);
}

// X.690 §8.19: subidentifiers end with a byte below 80, and begin with none that is 80.

bool baton_bytes_der_identifier(const uint8_t *bytes, size_t length)
{
	bool begins = true;
	for (size_t i = 0; i < length; i++) {
		if (begins && bytes[i] == 0x80) return false;
		begins = bytes[i] < 0x80;
	}
	return begins && length > 0;
}

bool baton_bytes_equal_secrets(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint32_t difference = 0;
	for (size_t i = 0; i < length; i++) difference |= a[i] ^ b[i];
	return difference == 0;
}

size_t baton_bytes_span(const uint8_t *bytes, size_t length, const uint8_t set[32])
{
	size_t i = 0;
	while (i < length && (set[bytes[i] >> 3] >> (bytes[i] & 7) & 1)) i++;
	return i;
}
