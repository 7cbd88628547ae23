// Partitions with NOR rules.
#ifndef BATON_FLASH
#define BATON_FLASH

#include <stdbool.h>
#include <stdint.h>

/**
 * False: there are no chips. `word_microseconds`: how long each word takes at least when it is programmed or erased; if
 * it is not 0, the chips also say what is being done (flash.c).
 */
bool flash_start(uint32_t word_microseconds);

#endif
