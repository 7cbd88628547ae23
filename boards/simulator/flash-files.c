// Each operation is one write to the file before it returns: killing the program (SIGKILL) is a power cut that comes
// between two operations.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "board.h"
#include "exit-codes.h"
#include "flash.h"
#include "flash-files.h"

static int descriptors[PARTITION_COUNT];
static bool opened;

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

static int open_partition(const char *folder, const Partition *partition)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s/%s", folder, partition->name) >= (int)sizeof path)
		refuse(folder, "too long a path");
	int descriptor = open(path, O_RDWR | O_CLOEXEC);
	if (descriptor < 0 && errno == ENOENT) descriptor = create(path, partition->bytes);
	struct stat status;
	if (descriptor < 0 || fstat(descriptor, &status) < 0) refuse(path, strerror(errno));
	if (!S_ISREG(status.st_mode) || status.st_size != (off_t)partition->bytes) {
		char why[64];
		snprintf(why, sizeof why, "expected %u bytes, got %lld", partition->bytes, (long long)status.st_size);
		refuse(path, why);
	}
	if (flock(descriptor, LOCK_EX | LOCK_NB) < 0) refuse(path, "another device runs on this flash");
	return descriptor;
}

void flash_files_open(const char *folder)
{
	for (int i = 0; i < PARTITION_COUNT; i++) descriptors[i] = open_partition(folder, &partitions[i]);
	opened = true;
}

// What boards/xs/flash.c asks for

bool flash_is_present(void)
{
	return opened;
}

const char *flash_read(int partition, uint32_t offset, void *bytes, uint32_t count)
{
	return pread(descriptors[partition], bytes, count, offset) == (ssize_t)count ? NULL : strerror(errno);
}

const char *flash_set(int partition, uint32_t offset, const void *bytes, uint32_t count)
{
	return pwrite(descriptors[partition], bytes, count, offset) == (ssize_t)count ? NULL : strerror(errno);
}

const char *flash_erase(int partition, uint32_t block)
{
	uint8_t cells[BLOCK_BYTES];
	memset(cells, ERASED, sizeof cells);
	return flash_set(partition, block * BLOCK_BYTES, cells, BLOCK_BYTES);
}
