#include <string.h>
#include "xsmc.h"
#include "flash.h"

#define PARTITION(name, bytes) {#name, bytes},
const Partition partitions[PARTITION_COUNT] = {BATON_PARTITIONS(PARTITION)};

/** As many cells as the largest partition has. */
#define CELLS(name, bytes) uint8_t name[bytes];
static union {
	uint32_t aligned;
	BATON_PARTITIONS(CELLS)
} cells;

/** The partition's number, or -1. */
static int by_name(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	if (!flash_is_present()) return -1;
	for (int number = 0; number < PARTITION_COUNT; number++)
		if (strcmp(partitions[number].name, name) == 0) return number;
	return -1;
}

static int required(xsMachine *the)
{
	const int partition = by_name(the);
	if (partition < 0) xsUnknownError("no such partition");
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
	const int partition = by_name(the);
	xsmcSetInteger(xsResult, partition < 0 ? 0 : (int)partitions[partition].bytes);
}

/** flashRead(partition, byteLength, offset): an ArrayBuffer. */
void xs_flash_read(xsMachine *the)
{
	const int partition = required(the);
	const uint32_t bytes = partitions[partition].bytes;
	const uint32_t offset = quantity(the, xsmcToNumber(xsArg(2)), 1, bytes);
	const uint32_t count = quantity(the, xsmcToNumber(xsArg(1)), 1, bytes - offset);
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)count);
	const char *failure = flash_read(partition, offset, xsmcToArrayBuffer(xsResult), count);
	if (failure) xsUnknownError("flash read: %s", failure);
}

/** flashWrite(partition, bytes, offset) */
void xs_flash_write(xsMachine *the)
{
	const int partition = required(the);
	const uint32_t offset = quantity(the, xsmcToNumber(xsArg(2)), WORD_BYTES, partitions[partition].bytes);
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	const uint32_t count = quantity(the, length, WORD_BYTES, partitions[partition].bytes - offset);

	uint8_t *cell = (uint8_t *)&cells;
	const char *failure = flash_read(partition, offset, cell, count);
	if (failure) xsUnknownError("flash read: %s", failure);
	for (uint32_t i = 0; i < count; i++) cell[i] &= ((const uint8_t *)bytes)[i];
	failure = flash_set(partition, offset, cell, count);
	if (failure) xsUnknownError("flash write: %s", failure);
}

/** flashErase(partition, block) */
void xs_flash_erase(xsMachine *the)
{
	const int partition = required(the);
	const uint32_t last = partitions[partition].bytes / BLOCK_BYTES - 1;
	const char *failure = flash_erase(partition, quantity(the, xsmcToNumber(xsArg(1)), 1, last));
	if (failure) xsUnknownError("flash erase: %s", failure);
}
