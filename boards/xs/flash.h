// NOR flash of an XS board in partitions. The natives, their checks and the rule that programming only clears bits are
// in flash.c; what stands below here is each board's: cells that are read, set and erased. All ranges are checked.
#ifndef BATON_FLASH
#define BATON_FLASH

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// boards/partitions.ts names blocks, partitions and sizes, for all boards: as macros from whoever compiles this.
enum { BLOCK_BYTES = BATON_BLOCK_BYTES, WORD_BYTES = 4, ERASED = 0xFF };
#define ONE_MORE(name, bytes) +1
enum { PARTITION_COUNT = BATON_PARTITIONS(ONE_MORE) };

typedef struct {
	const char *name;
	uint32_t bytes;
} Partition;

extern const Partition partitions[PARTITION_COUNT];

/** False: this run has no flash, so it has no partitions. */
bool flash_is_present(void);

// Each gives NULL, or what went wrong. `count` and `offset` of `flash_set` are multiples of WORD_BYTES.

const char *flash_read(int partition, uint32_t offset, void *bytes, uint32_t count);
/** Makes the cells what `bytes` says: the caller has seen to it that no bit would have to be set. */
const char *flash_set(int partition, uint32_t offset, const void *bytes, uint32_t count);
const char *flash_erase(int partition, uint32_t block);

#endif
