// NOR flash in files (flash.ts). Programming only clears bits; erasing a block of 4,096 bytes sets them all. `ca0`,
// `ca1` and `poll` are made, erased, where they are absent; `settings` is there when somebody provisioned it. Ranges
// are flash.ts's to check; each operation opens the file anew, so that a killed program holds nothing.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "xsmc.h"

void xs_baton_flash_size(xsMachine *the);
void xs_baton_flash_read(xsMachine *the);
void xs_baton_flash_write(xsMachine *the);
void xs_baton_flash_erase(xsMachine *the);

enum { BLOCK_BYTES = 4096, LARGEST_PARTITION = 2 * BLOCK_BYTES, ERASED = 0xFF };

/** Opens a partition of `bytes` bytes, or makes it, whole or not at all; -1 with errno. */
static int make(const char *path, int bytes)
{
	char scratch[4200];
	uint8_t cells[LARGEST_PARTITION];
	snprintf(scratch, sizeof scratch, "%s.new-%ld", path, (long)getpid());
	int file = open(scratch, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0) return -1;
	memset(cells, ERASED, sizeof cells);
	if (write(file, cells, (size_t)bytes) == bytes && rename(scratch, path) == 0) return file;
	close(file);
	return -1;
}

/** The partition's file, and its length in `bytes`; -1 and 0 if there is none that can be used. */
static int open_partition(xsMachine *the, int *bytes)
{
	static const struct {
		const char *name;
		int bytes;
		bool is_made;
	} partitions[] = {
		{"ca0", 2 * BLOCK_BYTES, true},
		{"ca1", 2 * BLOCK_BYTES, true},
		{"poll", BLOCK_BYTES, true},
		{"settings", BLOCK_BYTES, false},
	};
	char path[4096];
	const char *folder = getenv("BATON_FLASH");
	const char *name = xsmcToString(xsArg(0));
	*bytes = 0;
	if (!folder) return -1;
	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++) {
		if (strcmp(partitions[i].name, name) != 0) continue;
		if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return -1;
		int file = open(path, O_RDWR | O_CLOEXEC);
		if (file < 0 && errno == ENOENT && partitions[i].is_made) file = make(path, partitions[i].bytes);
		struct stat status;
		if (file < 0) return -1;
		if (fstat(file, &status) == 0 && status.st_size == partitions[i].bytes) {
			*bytes = partitions[i].bytes;
			return file;
		}
		close(file);
	}
	return -1;
}

static int required(xsMachine *the)
{
	int bytes, file = open_partition(the, &bytes);
	if (file < 0) xsUnknownError("can't find partition");
	return file;
}

/** flashSize(partition): bytes; 0 if there is none. */
void xs_baton_flash_size(xsMachine *the)
{
	int bytes, file = open_partition(the, &bytes);
	if (file >= 0) close(file);
	xsmcSetInteger(xsResult, bytes);
}

/** flashRead(partition, byteLength, offset): an ArrayBuffer. */
void xs_baton_flash_read(xsMachine *the)
{
	size_t count = (size_t)xsmcToInteger(xsArg(1));
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)count);
	int file = required(the);
	bool is_read = pread(file, xsmcToArrayBuffer(xsResult), count, xsmcToInteger(xsArg(2))) == (ssize_t)count;
	close(file);
	if (!is_read) xsUnknownError("read failed");
}

/** flashWrite(partition, bytes, offset) */
void xs_baton_flash_write(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue count;
	off_t offset = xsmcToInteger(xsArg(2));
	xsmcGetBufferReadable(xsArg(1), &bytes, &count);
	if (count % 4 != 0 || offset % 4 != 0 || count > LARGEST_PARTITION) xsRangeError("expected multiples of 4 bytes");
	uint8_t cells[LARGEST_PARTITION];
	int file = required(the);
	bool is_written = pread(file, cells, count, offset) == (ssize_t)count;
	for (xsUnsignedValue i = 0; i < count; i++) cells[i] &= ((uint8_t *)bytes)[i];
	is_written = is_written && pwrite(file, cells, count, offset) == (ssize_t)count;
	close(file);
	if (!is_written) xsUnknownError("write failed");
}

/** flashErase(partition, offset) */
void xs_baton_flash_erase(xsMachine *the)
{
	uint8_t cells[BLOCK_BYTES];
	memset(cells, ERASED, sizeof cells);
	int file = required(the);
	bool is_erased = pwrite(file, cells, BLOCK_BYTES, xsmcToInteger(xsArg(1))) == BLOCK_BYTES;
	close(file);
	if (!is_erased) xsUnknownError("erase failed");
}
