// The partitions' cells on the flash chips.
#ifndef BATON_FLASH_CELLS
#define BATON_FLASH_CELLS

#include <stdbool.h>
#include <stdint.h>

/**
 * False: there are no chips. `word_microseconds`: how long each word takes at least when it is programmed or erased; if
 * it is not 0, the chips also say what is being done (flash-cells.c).
 */
bool flash_cells_start(uint32_t word_microseconds);

#endif
