// The flash chips: read from the memory map, programmed word by word, 4 bytes each.
#ifndef BATON_FLASH_CHIPS
#define BATON_FLASH_CHIPS

#include <stdbool.h>
#include <stdint.h>

/** False: QEMU was started without pflash unit 1, or its size is not `flashBytes`. */
bool flash_chips_find(void);

void flash_chips_read(uint32_t offset, void *bytes, uint32_t count);

/**
 * Makes one word what `word` says, *whatever it was*: see flash-cells.c. False: the chips report an error. Until
 * `flash_chips_end` the chips answer reads with their status.
 */
bool flash_chips_set(uint32_t offset, uint32_t word);
void flash_chips_end(void);

#endif
