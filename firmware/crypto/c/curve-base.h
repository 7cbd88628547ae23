// Constants of the curves in Montgomery's form, made by curve-base.ts.
#ifndef BATON_CURVE_BASE_H
#define BATON_CURVE_BASE_H

#include <stdint.h>

extern const uint32_t baton_curve256_b[8], baton_curve256_one[8], baton_curve256_square[8], baton_curve256_base[256];
extern const uint32_t baton_curve384_b[12], baton_curve384_one[12], baton_curve384_square[12], baton_curve384_base[384];

#endif
