// Scalars as sums of few odd multiples of powers of 2: see signed-digits.h.

#include "signed-digits.h"

int signed_digits(int8_t *digits, const uint32_t *s, int words, int width)
{
	const int last = 32 * words;
	while (words > 0 && s[words - 1] == 0) words--;
	const int end = 32 * words; // the bits from here on are 0
	int count = 0, next = 0; // digits below `next` are covered by the one before
	uint32_t carry = 0; // 1 if the digits so far stand for more than s's bits below i: 2^i more
	for (int i = 0; i <= last; i++) {
		digits[i] = 0;
		if (i < next || i > end) continue;
		uint32_t window = 0;
		if (i < end) {
			int word = i >> 5, shift = i & 31;
			window = s[word] >> shift;
			if (word + 1 < words) window |= s[word + 1] << 1 << (31 - shift);
			window &= (1u << width) - 1;
		}
		if ((window & 1) == carry) continue;
		window += carry; // odd, below 2^width
		carry = window >> (width - 1);
		digits[i] = (int8_t)((int)window - (int)(carry << width));
		count = i + 1;
		next = i + width;
	}
	return count;
}
