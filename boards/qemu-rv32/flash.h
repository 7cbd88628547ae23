// Partitions with NOR rules.
#ifndef BATON_FLASH
#define BATON_FLASH

#include <stdbool.h>
#include <stdint.h>

/**
 * False: there are no chips. `wordMicroseconds`: how long each word takes at least when it is programmed or erased; if
 * it is not 0, the chips also say what is being done (flash.c).
 */
bool flashStart(uint32_t wordMicroseconds);

#endif
