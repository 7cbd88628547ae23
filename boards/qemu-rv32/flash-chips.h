// The flash chips: words of 4 bytes, read from the memory map, programmed one by one.
#ifndef BATON_FLASH_CHIPS
#define BATON_FLASH_CHIPS

#include <stdbool.h>
#include <stdint.h>

/** False: QEMU was started without pflash unit 1, or its size is not `flashBytes`. */
bool flash_chips_find(void);

uint32_t flash_chips_read(uint32_t offset);

/**
 * Makes one word what `word` says, *whatever it was*: see flash.c. False: the chips report an error. Until
 * `flash_chips_end` the chips answer reads with their status.
 */
bool flash_chips_set(uint32_t offset, uint32_t word);
void flash_chips_end(void);

#endif
