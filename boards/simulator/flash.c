// NOR flash in files, one for each partition, raw. Programming only clears bits, in words of 4 bytes; erasing a block
// of 4,096 bytes sets them all. Each operation is one write to the file before it returns: killing the program
// (SIGKILL) is a power cut that comes between two operations.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "xsmc.h"
#include "board.h"
#include "exit-codes.h"
#include "flash.h"

enum { BLOCK_BYTES = 4096, WORD_BYTES = 4, ERASED = 0xFF };

typedef struct {
	const char *name;
	uint32_t bytes;
	int descriptor;
} Partition;

static Partition partitions[] = {
	{"ca0", 2 * BLOCK_BYTES, -1},
	{"ca1", 2 * BLOCK_BYTES, -1},
	{"poll", BLOCK_BYTES, -1},
};
enum { PARTITION_COUNT = sizeof partitions / sizeof *partitions };

// Opening

static void refuse(const char *path, const char *why)
{
	fprintf(stderr, "simulator: %s: %s\n", path, why);
	board_end(EXIT_UNUSABLE);
}

/** A whole new partition comes under its name by one rename, so a kill never leaves a part of one. */
static int create(const char *path, uint32_t bytes)
{
	char scratch[4096 + 16];
	snprintf(scratch, sizeof scratch, "%s.new-%ld", path, (long)getpid());
	const int descriptor = open(scratch, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (descriptor < 0) return -1;
	uint8_t block[BLOCK_BYTES];
	memset(block, ERASED, sizeof block);
	for (uint32_t offset = 0; offset < bytes; offset += BLOCK_BYTES) {
		if (pwrite(descriptor, block, BLOCK_BYTES, offset) != BLOCK_BYTES) return -1;
	}
	return rename(scratch, path) == 0 ? descriptor : -1;
}

void flash_open(const char *folder)
{
	for (Partition *partition = partitions; partition < partitions + PARTITION_COUNT; partition++) {
		char path[4096];
		if (snprintf(path, sizeof path, "%s/%s", folder, partition->name) >= (int)sizeof path)
			refuse(folder, "too long a path");
		partition->descriptor = open(path, O_RDWR | O_CLOEXEC);
		if (partition->descriptor < 0 && errno == ENOENT) partition->descriptor = create(path, partition->bytes);
		struct stat status;
		if (partition->descriptor < 0 || fstat(partition->descriptor, &status) < 0) refuse(path, strerror(errno));
		if (!S_ISREG(status.st_mode) || status.st_size != (off_t)partition->bytes) {
			char why[64];
			snprintf(why, sizeof why, "expected %u bytes, got %lld", partition->bytes, (long long)status.st_size);
			refuse(path, why);
		}
		if (flock(partition->descriptor, LOCK_EX | LOCK_NB) < 0) refuse(path, "another device runs on this flash");
	}
}

// Natives

static Partition *by_name(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	for (Partition *partition = partitions; partition < partitions + PARTITION_COUNT; partition++)
		if (partition->descriptor >= 0 && strcmp(partition->name, name) == 0) return partition;
	return NULL;
}

static Partition *required(xsMachine *the)
{
	Partition *partition = by_name(the);
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
	xsmcSetArrayBuffer(xsResult, NULL, count);
	if (pread(partition->descriptor, xsmcToArrayBuffer(xsResult), count, offset) != (ssize_t)count)
		xsUnknownError("flash read: %s", strerror(errno));
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

	uint8_t cells[2 * BLOCK_BYTES];
	if (pread(partition->descriptor, cells, count, offset) != (ssize_t)count)
		xsUnknownError("flash read: %s", strerror(errno));
	for (uint32_t i = 0; i < count; i++) cells[i] &= ((const uint8_t *)bytes)[i];
	if (pwrite(partition->descriptor, cells, count, offset) != (ssize_t)count)
		xsUnknownError("flash write: %s", strerror(errno));
}

/** flashErase(partition, block) */
void xs_flash_erase(xsMachine *the)
{
	const Partition *partition = required(the);
	const uint32_t block = quantity(the, xsmcToNumber(xsArg(1)), 1, partition->bytes / BLOCK_BYTES - 1);
	uint8_t cells[BLOCK_BYTES];
	memset(cells, ERASED, sizeof cells);
	if (pwrite(partition->descriptor, cells, BLOCK_BYTES, (off_t)block * BLOCK_BYTES) != BLOCK_BYTES)
		xsUnknownError("flash erase: %s", strerror(errno));
}
