// The flash chips: words of 4 bytes, read from the memory map, programmed one by one.
#ifndef BATON_FLASH_CHIPS
#define BATON_FLASH_CHIPS

#include <stdbool.h>
#include <stdint.h>

/** False: QEMU was started without pflash unit 1, or its size is not `flashBytes`. */
bool flashChipsFind(void);

uint32_t flashChipsRead(uint32_t offset);

/**
 * Makes one word what `word` says, *whatever it was*: see flash.c. False: the chips report an error. Until
 * `flashChipsEnd` the chips answer reads with their status.
 */
bool flashChipsSet(uint32_t offset, uint32_t word);
void flashChipsEnd(void);

#endif
