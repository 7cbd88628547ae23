// Partitions on the flash chips, raw, one after the other. The chips' own blocks are 256 KiB, and QEMU lets a program
// command set bits again; so what makes it NOR flash with blocks of 4,096 bytes is here: programming clears bits only,
// and a block is erased by setting its words one by one. Power may fail between any two words: QEMU writes each to its
// file before the next, and keeps it when it is killed.
//
// For the power-cut run, which wants to know what a kill interrupted, a word outside the partitions says what is being
// done: `erasing`, `programming`, or erased while nothing is. The device itself never reads it.

#include <string.h>
#include "xsmc.h"
#include "clock.h"
#include "flash.h"
#include "flash-chips.h"
#include "memory-map.h"

enum { BLOCK_BYTES = 4096, WORD_BYTES = 4 };
static const uint32_t ERASED = 0xFFFFFFFF;

typedef struct {
	const char *name;
	uint32_t start, bytes;
} Partition;

static const Partition partitions[] = {
	// flash-image.ts has the same table.
	{"ca0", 0, 2 * BLOCK_BYTES},
	{"ca1", 2 * BLOCK_BYTES, 2 * BLOCK_BYTES},
	{"poll", 4 * BLOCK_BYTES, BLOCK_BYTES},
};
enum { PARTITION_COUNT = sizeof partitions / sizeof *partitions };

typedef enum { ERASING = 0x45524153, PROGRAMMING = 0x50524F47 } Activity; // "SARE", "GORP" in the file
enum { ACTIVITY_OFFSET = FLASH_BYTES - WORD_BYTES };

static bool present;
static uint32_t word_microseconds;

bool flash_start(uint32_t microseconds)
{
	word_microseconds = microseconds;
	return present = flash_chips_find();
}

/** Sets words one by one: to `words`, or all to `erased`. */
static bool set_words(Activity activity, uint32_t offset, const uint32_t *words, uint32_t count)
{
	bool done = true;
	if (word_microseconds) flash_chips_set(ACTIVITY_OFFSET, activity);
	for (uint32_t i = 0; i < count && done; i++) {
		const uint64_t until = clock_microseconds() + word_microseconds;
		done = flash_chips_set(offset + i * WORD_BYTES, words ? words[i] : ERASED);
		while (word_microseconds && clock_microseconds() < until) {}
	}
	if (word_microseconds) flash_chips_set(ACTIVITY_OFFSET, ERASED);
	flash_chips_end();
	return done;
}

// Natives

static const Partition *by_name(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	for (const Partition *partition = partitions; partition < partitions + PARTITION_COUNT; partition++)
		if (present && strcmp(partition->name, name) == 0) return partition;
	return NULL;
}

static const Partition *required(xsMachine *the)
{
	const Partition *partition = by_name(the);
	if (!partition) xsUnknownError("no such partition");
	return partition;
}

/** A whole number of `unit`s up to `most`; throws RangeError. */
static uint32_t quantity(xsMachine *the, xsNumberValue value, uint32_t unit, uint32_t most)
{
	if (!(value >= 0 && value <= most) || value != (uint32_t)value || (uint32_t)value % unit)
		xsRangeError("expected 0 to %d in steps of %d", (int)most, (int)unit);
	return (uint32_t)value;
}

/** flashSize(partition): bytes; 0 if it does not exist. */
void xs_flash_size(xsMachine *the)
{
	const Partition *partition = by_name(the);
	xsmcSetInteger(xsResult, partition ? (int)partition->bytes : 0);
}

/** flashRead(partition, byteLength, offset): an ArrayBuffer. */
void xs_flash_read(xsMachine *the)
{
	const Partition *partition = required(the);
	const uint32_t offset = quantity(the, xsmcToNumber(xsArg(2)), 1, partition->bytes);
	const uint32_t count = quantity(the, xsmcToNumber(xsArg(1)), 1, partition->bytes - offset);
	xsmcSetArrayBuffer(xsResult, (void *)(FLASH_CHIPS + partition->start + offset), (xsIntegerValue)count);
}

/** flashWrite(partition, bytes, offset) */
void xs_flash_write(xsMachine *the)
{
	const Partition *partition = required(the);
	void *bytes;
	xsUnsignedValue length;
	const uint32_t offset = quantity(the, xsmcToNumber(xsArg(2)), WORD_BYTES, partition->bytes);
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	const uint32_t count = quantity(the, length, WORD_BYTES, partition->bytes - offset);

	static uint32_t cells[2 * BLOCK_BYTES / WORD_BYTES];
	const uint32_t start = partition->start + offset;
	memcpy(cells, bytes, count);
	for (uint32_t i = 0; i < count / WORD_BYTES; i++) cells[i] &= flash_chips_read(start + i * WORD_BYTES);
	if (!set_words(PROGRAMMING, start, cells, count / WORD_BYTES))
		xsUnknownError("flash write: the chips report an error");
}

/** flashErase(partition, block) */
void xs_flash_erase(xsMachine *the)
{
	const Partition *partition = required(the);
	const uint32_t block = quantity(the, xsmcToNumber(xsArg(1)), 1, partition->bytes / BLOCK_BYTES - 1);

	if (!set_words(ERASING, partition->start + block * BLOCK_BYTES, NULL, BLOCK_BYTES / WORD_BYTES))
		xsUnknownError("flash erase: the chips report an error");
}
