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

enum { blockBytes = 4096, wordBytes = 4 };
static const uint32_t erased = 0xFFFFFFFF;

static const struct partition {
	const char *name;
	uint32_t start, bytes;
} partitions[] = {
	// flash-image.ts has the same table.
	{"ca0", 0, 2 * blockBytes},
	{"ca1", 2 * blockBytes, 2 * blockBytes},
	{"poll", 4 * blockBytes, blockBytes},
};
enum { partitionCount = sizeof partitions / sizeof *partitions };

enum activity { erasing = 0x45524153, programming = 0x50524F47 }; // "SARE", "GORP" in the file
enum { activityOffset = flashBytes - wordBytes };

static bool present;
static uint32_t wordMicroseconds;

bool flashStart(uint32_t microseconds)
{
	wordMicroseconds = microseconds;
	return present = flashChipsFind();
}

/** Sets words one by one: to `words`, or all to `erased`. */
static bool setWords(enum activity activity, uint32_t offset, const uint32_t *words, uint32_t count)
{
	bool done = true;
	if (wordMicroseconds) flashChipsSet(activityOffset, activity);
	for (uint32_t i = 0; i < count && done; i++) {
		const uint64_t until = clockMicroseconds() + wordMicroseconds;
		done = flashChipsSet(offset + i * wordBytes, words ? words[i] : erased);
		while (wordMicroseconds && clockMicroseconds() < until) {}
	}
	if (wordMicroseconds) flashChipsSet(activityOffset, erased);
	flashChipsEnd();
	return done;
}

// Natives

static const struct partition *byName(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	for (const struct partition *partition = partitions; partition < partitions + partitionCount; partition++)
		if (present && strcmp(partition->name, name) == 0) return partition;
	return NULL;
}

static const struct partition *required(xsMachine *the)
{
	const struct partition *partition = byName(the);
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
	const struct partition *partition = byName(the);
	xsmcSetInteger(xsResult, partition ? (int)partition->bytes : 0);
}

/** flashRead(partition, byteLength, offset): an ArrayBuffer. */
void xs_flash_read(xsMachine *the)
{
	const struct partition *partition = required(the);
	const uint32_t offset = quantity(the, xsmcToNumber(xsArg(2)), 1, partition->bytes);
	const uint32_t count = quantity(the, xsmcToNumber(xsArg(1)), 1, partition->bytes - offset);
	xsmcSetArrayBuffer(xsResult, (void *)(flashChips + partition->start + offset), (xsIntegerValue)count);
}

/** flashWrite(partition, bytes, offset) */
void xs_flash_write(xsMachine *the)
{
	const struct partition *partition = required(the);
	void *bytes;
	xsUnsignedValue length;
	const uint32_t offset = quantity(the, xsmcToNumber(xsArg(2)), wordBytes, partition->bytes);
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	const uint32_t count = quantity(the, length, wordBytes, partition->bytes - offset);

	static uint32_t cells[2 * blockBytes / wordBytes];
	const uint32_t start = partition->start + offset;
	memcpy(cells, bytes, count);
	for (uint32_t i = 0; i < count / wordBytes; i++) cells[i] &= flashChipsRead(start + i * wordBytes);
	if (!setWords(programming, start, cells, count / wordBytes))
		xsUnknownError("flash write: the chips report an error");
}

/** flashErase(partition, block) */
void xs_flash_erase(xsMachine *the)
{
	const struct partition *partition = required(the);
	const uint32_t block = quantity(the, xsmcToNumber(xsArg(1)), 1, partition->bytes / blockBytes - 1);

	if (!setWords(erasing, partition->start + block * blockBytes, NULL, blockBytes / wordBytes))
		xsUnknownError("flash erase: the chips report an error");
}
