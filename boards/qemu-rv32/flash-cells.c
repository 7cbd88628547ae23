// Partitions on the flash chips, raw, one after the other. The chips' own blocks are 256 KiB, and QEMU lets a program
// command set bits again; so what makes it NOR flash with blocks of 4,096 bytes is ours: programming clears bits only
// (boards/xs/flash.c), and a block is erased by setting its words one by one. Power may fail between any two words:
// QEMU writes each to its file before the next, and keeps it when it is killed.
//
// For the power-cut run, which wants to know what a kill interrupted, a word outside the partitions says what is being
// done: `ERASING`, `PROGRAMMING`, or erased while nothing is. The device itself never reads it.

#include "clock.h"
#include "flash.h"
#include "flash-cells.h"
#include "flash-chips.h"
#include "memory-map.h"

typedef enum { ERASING = 0x45524153, PROGRAMMING = 0x50524F47 } Activity; // "SARE", "GORP" in the file
enum { ACTIVITY_OFFSET = FLASH_BYTES - WORD_BYTES };
static const uint32_t ERASED_WORD = 0xFFFFFFFF;

static bool present;
static uint32_t word_microseconds;

bool flash_cells_start(uint32_t microseconds)
{
	word_microseconds = microseconds;
	return present = flash_chips_find();
}

/** Where a partition begins on the chips: behind those before it (flash-image.ts). */
static uint32_t start_of(int partition)
{
	uint32_t start = 0;
	for (int i = 0; i < partition; i++) start += partitions[i].bytes;
	return start;
}

/** Sets words one by one: to `words`, or all to erased. */
static const char *set_words(Activity activity, uint32_t offset, const uint32_t *words, uint32_t count)
{
	bool done = true;
	if (word_microseconds) flash_chips_set(ACTIVITY_OFFSET, activity);
	for (uint32_t i = 0; i < count && done; i++) {
		const uint64_t until = clock_microseconds() + word_microseconds;
		done = flash_chips_set(offset + i * WORD_BYTES, words ? words[i] : ERASED_WORD);
		while (word_microseconds && clock_microseconds() < until) {}
	}
	if (word_microseconds) flash_chips_set(ACTIVITY_OFFSET, ERASED_WORD);
	flash_chips_end();
	return done ? NULL : "the chips report an error";
}

// What boards/xs/flash.c asks for

bool flash_is_present(void)
{
	return present;
}

const char *flash_read(int partition, uint32_t offset, void *bytes, uint32_t count)
{
	flash_chips_read(start_of(partition) + offset, bytes, count);
	return NULL;
}

const char *flash_set(int partition, uint32_t offset, const void *bytes, uint32_t count)
{
	return set_words(PROGRAMMING, start_of(partition) + offset, bytes, count / WORD_BYTES);
}

const char *flash_erase(int partition, uint32_t block)
{
	return set_words(ERASING, start_of(partition) + block * BLOCK_BYTES, NULL, BLOCK_BYTES / WORD_BYTES);
}
