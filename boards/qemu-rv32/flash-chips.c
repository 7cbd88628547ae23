// QEMU's pflash on `virt`: two 16-bit chips side by side on a 32-bit bus, with the Intel command set and its Common
// Flash Interface (JEDEC JESD68.01). Every command and every answer is there twice, once in each half of a word.

#include <string.h>
#include "flash-chips.h"
#include "memory-map.h"

#define WORD(offset) (*(volatile uint32_t *)(FLASH_CHIPS + (offset)))
#define BOTH(half) ((uint32_t)(half) << 16 | (half))

enum { READ_ARRAY = 0xFF, READ_QUERY = 0x98, CLEAR_STATUS = 0x50, PROGRAM_WORD = 0x40 }; // commands
enum { READY = 0x80, ERRORS = 0x7F }; // status
enum { STATUS_READS = 100000 }; // before the chips count as dead; QEMU's answer at once

/** Byte `index` of the query structure, from the lower chip. */
static uint8_t query(uint32_t index)
{
	return (uint8_t)WORD(index * 4);
}

bool flash_chips_find(void)
{
	WORD(0x55 * 4) = BOTH(READ_QUERY);
	const bool answers = query(0x10) == 'Q' && query(0x11) == 'R' && query(0x12) == 'Y';
	const uint32_t bytes = answers ? 2u << (query(0x27) & 31) : 0;
	WORD(0) = BOTH(READ_ARRAY);
	return bytes == FLASH_BYTES;
}

void flash_chips_read(uint32_t offset, void *bytes, uint32_t count)
{
	memcpy(bytes, (const void *)(FLASH_CHIPS + offset), count);
}

bool flash_chips_set(uint32_t offset, uint32_t value)
{
	WORD(offset) = BOTH(PROGRAM_WORD);
	WORD(offset) = value;
	uint32_t status = 0;
	for (int i = 0; i < STATUS_READS && (status & BOTH(READY)) != BOTH(READY); i++) status = WORD(offset);
	const bool done = (status & BOTH(READY)) == BOTH(READY) && !(status & BOTH(ERRORS));
	if (!done) WORD(offset) = BOTH(CLEAR_STATUS);
	return done;
}

void flash_chips_end(void)
{
	WORD(0) = BOTH(READ_ARRAY);
}
