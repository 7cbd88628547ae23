// Inversion modulo an odd number. Used by field25519.c and curve.c, ecdsa.c and secp256r1.c.
#ifndef BATON_INVERSE_H
#define BATON_INVERSE_H

#include <stdbool.h>
#include <stdint.h>

#define invert baton_invert

/**
 * h = 1 / x modulo `modulus`, in its least residue, or 0 if x is 0. The modulus is prime, of 8 or 12 words, least
 * significant first, with the uppermost word other than 0; x is less than it. h may be x. In variable time if `public`;
 * otherwise in constant time, for 8 words only.
 */
void invert(uint32_t *h, const uint32_t *x, const uint32_t *modulus, int words, bool public);

#endif
