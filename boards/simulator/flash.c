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

enum { blockBytes = 4096, wordBytes = 4, erased = 0xFF };

static struct partition {
	const char *name;
	uint32_t bytes;
	int descriptor;
} partitions[] = {
	{"ca0", 2 * blockBytes, -1},
	{"ca1", 2 * blockBytes, -1},
	{"poll", blockBytes, -1},
};
enum { partitionCount = sizeof partitions / sizeof *partitions };

// Opening

static void refuse(const char *path, const char *why)
{
	fprintf(stderr, "simulator: %s: %s\n", path, why);
	boardEnd(exitUnusable);
}

/** A whole new partition comes under its name by one rename, so a kill never leaves a part of one. */
static int create(const char *path, uint32_t bytes)
{
	char scratch[4096 + 16];
	snprintf(scratch, sizeof scratch, "%s.new-%ld", path, (long)getpid());
	const int descriptor = open(scratch, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (descriptor < 0) return -1;
	uint8_t block[blockBytes];
	memset(block, erased, sizeof block);
	for (uint32_t offset = 0; offset < bytes; offset += blockBytes) {
		if (pwrite(descriptor, block, blockBytes, offset) != blockBytes) return -1;
	}
	return rename(scratch, path) == 0 ? descriptor : -1;
}

void flashOpen(const char *folder)
{
	for (struct partition *partition = partitions; partition < partitions + partitionCount; partition++) {
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

static struct partition *byName(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	for (struct partition *partition = partitions; partition < partitions + partitionCount; partition++)
		if (partition->descriptor >= 0 && strcmp(partition->name, name) == 0) return partition;
	return NULL;
}

static struct partition *required(xsMachine *the)
{
	struct partition *partition = byName(the);
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
	xsmcSetArrayBuffer(xsResult, NULL, count);
	if (pread(partition->descriptor, xsmcToArrayBuffer(xsResult), count, offset) != (ssize_t)count)
		xsUnknownError("flash read: %s", strerror(errno));
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

	uint8_t cells[2 * blockBytes];
	if (pread(partition->descriptor, cells, count, offset) != (ssize_t)count)
		xsUnknownError("flash read: %s", strerror(errno));
	for (uint32_t i = 0; i < count; i++) cells[i] &= ((const uint8_t *)bytes)[i];
	if (pwrite(partition->descriptor, cells, count, offset) != (ssize_t)count)
		xsUnknownError("flash write: %s", strerror(errno));
}

/** flashErase(partition, block) */
void xs_flash_erase(xsMachine *the)
{
	const struct partition *partition = required(the);
	const uint32_t block = quantity(the, xsmcToNumber(xsArg(1)), 1, partition->bytes / blockBytes - 1);
	uint8_t cells[blockBytes];
	memset(cells, erased, sizeof cells);
	if (pwrite(partition->descriptor, cells, blockBytes, (off_t)block * blockBytes) != blockBytes)
		xsUnknownError("flash erase: %s", strerror(errno));
}
