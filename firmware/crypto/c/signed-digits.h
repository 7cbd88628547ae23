// Scalars as sums of few odd multiples of powers of 2. Used by ed25519.c and ecdsa.c. Variable time.
#ifndef BATON_SIGNED_DIGITS_H
#define BATON_SIGNED_DIGITS_H

#include <stdint.h>

#define signed_digits baton_signed_digits

/**
 * s = Σ digits[i] 2^i, i = 0 … 32 `words`: the width-`width` non-adjacent form. A digit is 0 or odd with
 * |digit| < 2^(width - 1), and among `width` in a row one at most is not 0. Returns their number up to the last that is
 * not 0.
 */
int signed_digits(int8_t *digits, const uint32_t *s, int words, int width);

#endif
