// NOR flash in files. Programming only clears bits; erasing sets them all. Names, sizes and ranges are flash.ts's to
// check; each operation opens the file anew, so that a killed program holds nothing.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "xsmc.h"

void xs_baton_flash_exists(xsMachine *the);
void xs_baton_flash_read(xsMachine *the);
void xs_baton_flash_write(xsMachine *the);
void xs_baton_flash_erase(xsMachine *the);

enum { MOST_BYTES = 8192, ERASED = 0xFF }; // of one operation that changes something: it is one write to the file

/** Opens a file of `bytes` erased bytes, made whole or not at all; -1 with errno. */
static int make(const char *path, size_t bytes)
{
	char scratch[4200];
	uint8_t cells[MOST_BYTES];
	snprintf(scratch, sizeof scratch, "%s.new-%ld", path, (long)getpid());
	int file = open(scratch, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0) return -1;
	memset(cells, ERASED, sizeof cells);
	size_t made = 0;
	while (made < bytes) {
		const size_t part = bytes - made < sizeof cells ? bytes - made : sizeof cells;
		if (write(file, cells, part) != (ssize_t)part) break;
		made += part;
	}
	if (made == bytes && rename(scratch, path) == 0) return file;
	close(file);
	return -1;
}

/** The file of the partition that argument 0 names: its path in `path`; -1 if there is none. */
static int open_partition(xsMachine *the, char path[4096])
{
	const char *folder = getenv("BATON_FLASH");
	const int length = folder ? snprintf(path, 4096, "%s/%s", folder, xsmcToString(xsArg(0))) : -1;
	if (length < 0 || length >= 4096) {
		errno = ENOTDIR;
		return -1;
	}
	return open(path, O_RDWR | O_CLOEXEC);
}

static int required(xsMachine *the)
{
	char path[4096];
	int file = open_partition(the, path);
	if (file < 0) xsUnknownError("can't find partition");
	return file;
}

/** flashExists(partition, byteLength, isMade): whether there is a file of that size. */
void xs_baton_flash_exists(xsMachine *the)
{
	char path[4096];
	const size_t bytes = (size_t)xsmcToInteger(xsArg(1));
	int file = open_partition(the, path);
	if (file < 0 && errno == ENOENT && xsmcTest(xsArg(2))) file = make(path, bytes);
	struct stat status;
	xsmcSetBoolean(xsResult, file >= 0 && fstat(file, &status) == 0 && status.st_size == (off_t)bytes);
	if (file >= 0) close(file);
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
	if (count % 4 != 0 || offset % 4 != 0 || count > MOST_BYTES) xsRangeError("expected multiples of 4 bytes");
	uint8_t cells[MOST_BYTES];
	int file = required(the);
	bool is_written = pread(file, cells, count, offset) == (ssize_t)count;
	for (xsUnsignedValue i = 0; i < count; i++) cells[i] &= ((uint8_t *)bytes)[i];
	is_written = is_written && pwrite(file, cells, count, offset) == (ssize_t)count;
	close(file);
	if (!is_written) xsUnknownError("write failed");
}

/** flashErase(partition, byteLength, offset) */
void xs_baton_flash_erase(xsMachine *the)
{
	uint8_t cells[MOST_BYTES];
	const xsUnsignedValue count = (xsUnsignedValue)xsmcToInteger(xsArg(1));
	if (count > MOST_BYTES) xsRangeError("expected at most %d bytes", MOST_BYTES);
	memset(cells, ERASED, sizeof cells);
	int file = required(the);
	bool is_erased = pwrite(file, cells, count, xsmcToInteger(xsArg(2))) == (ssize_t)count;
	close(file);
	if (!is_erased) xsUnknownError("erase failed");
}
