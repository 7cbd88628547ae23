// QEMU's pflash on `virt`: two 16-bit chips side by side on a 32-bit bus, with the Intel command set and its Common
// Flash Interface (JEDEC JESD68.01). Every command and every answer is there twice, once in each half of a word.

#include "flash-chips.h"
#include "memory-map.h"

#define word(offset) (*(volatile uint32_t *)(flashChips + (offset)))
#define both(half) ((uint32_t)(half) << 16 | (half))

enum { readArray = 0xFF, readQuery = 0x98, clearStatus = 0x50, programWord = 0x40 }; // commands
enum { ready = 0x80, errors = 0x7F }; // status
enum { statusReads = 100000 }; // before the chips count as dead; QEMU's answer at once

/** Byte `index` of the query structure, from the lower chip. */
static uint8_t query(uint32_t index)
{
	return (uint8_t)word(index * 4);
}

bool flashChipsFind(void)
{
	word(0x55 * 4) = both(readQuery);
	const bool answers = query(0x10) == 'Q' && query(0x11) == 'R' && query(0x12) == 'Y';
	const uint32_t bytes = answers ? 2u << (query(0x27) & 31) : 0;
	word(0) = both(readArray);
	return bytes == flashBytes;
}

uint32_t flashChipsRead(uint32_t offset)
{
	return word(offset);
}

bool flashChipsSet(uint32_t offset, uint32_t value)
{
	word(offset) = both(programWord);
	word(offset) = value;
	uint32_t status = 0;
	for (int i = 0; i < statusReads && (status & both(ready)) != both(ready); i++) status = word(offset);
	const bool done = (status & both(ready)) == both(ready) && !(status & both(errors));
	if (!done) word(offset) = both(clearStatus);
	return done;
}

void flashChipsEnd(void)
{
	word(0) = both(readArray);
}
