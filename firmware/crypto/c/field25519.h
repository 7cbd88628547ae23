// Arithmetic modulo p = 2^255 - 19 on eight 32-bit words, least significant first.
//
// A Field is a number below 2^256, not always the least of its class: word 7 is at most 2^31 + 39 (bound I), unless a
// function says otherwise. All outputs keep bound I, all inputs may be outputs. Outputs may be inputs (aliasing).
// No branch and no address depends on a value, except in `field_invert_public`. Used by ed25519.c and x25519.c only.
#ifndef BATON_FIELD25519_H
#define BATON_FIELD25519_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t Field[8];

#define field_copy baton_field_copy
#define field_small baton_field_small
#define field_load baton_field_load
#define field_multiply baton_field_multiply
#define field_square baton_field_square
#define field_square_each baton_field_square_each
#define field_square_times baton_field_square_times
#define field_add baton_field_add
#define field_subtract baton_field_subtract
#define field_add_subtract baton_field_add_subtract
#define field_add_scaled baton_field_add_scaled
#define field_freeze baton_field_freeze
#define field_is_zero baton_field_is_zero
#define field_invert baton_field_invert
#define field_invert_public baton_field_invert_public
#define field_power_2_252_3 baton_field_power_2_252_3

void field_copy(uint32_t h[8], const uint32_t f[8]);
/** h = value. */
void field_small(uint32_t h[8], uint32_t value);
/** From 32 bytes, little-endian; the uppermost bit is ignored. Not reduced: y ≥ p stays as it is. */
void field_load(uint32_t h[8], const uint8_t bytes[32]);
/** h = f g. The inputs may be any numbers below 2^256. */
void field_multiply(uint32_t h[8], const uint32_t f[8], const uint32_t g[8]);
/** h = f^2. The input may be any number below 2^256. */
void field_square(uint32_t h[8], const uint32_t f[8]);
/** Squares n > 0 elements in a row, each in its place. */
void field_square_each(uint32_t (*h)[8], int n);
/** h = f^(2^n), n > 0. */
void field_square_times(uint32_t h[8], const uint32_t f[8], int n);
void field_add(uint32_t h[8], const uint32_t f[8], const uint32_t g[8]);
void field_subtract(uint32_t h[8], const uint32_t f[8], const uint32_t g[8]);
/** sum = f + g, difference = f - g. `sum` and `difference` differ; either may be f or g. */
void field_add_subtract(uint32_t sum[8], uint32_t difference[8], const uint32_t f[8], const uint32_t g[8]);
/** h = f + 121665 g. Only fit to be multiplied: word 7 of h may reach 2^31 + 121665. */
void field_add_scaled(uint32_t h[8], const uint32_t f[8], const uint32_t g[8]);
/** h = f mod p, the least one. The input may be any number below 2^256. */
void field_freeze(uint32_t h[8], const uint32_t f[8]);
bool field_is_zero(const uint32_t f[8]);
/** h = 1 / f, or 0 if f is 0; the least of its class. */
void field_invert(uint32_t h[8], const uint32_t f[8]);
/** The same, faster, in variable time: f is no secret. */
void field_invert_public(uint32_t h[8], const uint32_t f[8]);
/** h = f^(2^252 - 3), RFC 8032 §5.1.3. */
void field_power_2_252_3(uint32_t h[8], const uint32_t f[8]);

#endif
