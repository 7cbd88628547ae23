#include <string.h>
#include "board.h"
#include "clock.h"
#include "entropy.h"
#include "fatal.h"
#include "virtio.h"

enum { PART_BYTES = 256, PATIENCE_MICROSECONDS = 1000000 };

static Virtio device;
static Virtqueue requests;
static bool started;

bool entropy_start(void)
{
	started = virtio_find(&device, VIRTIO_ENTROPY) && virtio_start(&device, 0, &requests, 1);
	return started;
}

bool board_random(uint8_t *bytes, size_t count)
{
	static uint8_t part[PART_BYTES];
	while (started && count) {
		const size_t wanted = count < PART_BYTES ? count : PART_BYTES;
		virtio_offer(&requests, 0, part, wanted, true);
		virtio_notify(&requests);

		const uint64_t deadline = clock_microseconds() + PATIENCE_MICROSECONDS;
		uint16_t id;
		uint32_t got;
		while (!virtio_take(&requests, &id, &got)) {
			// The buffer is still the device's, so the source stays closed.
			if (clock_microseconds() > deadline) return started = false;
		}
		if (got == 0 || got > wanted) return false;
		memcpy(bytes, part, got);
		memset(part, 0, sizeof part);
		bytes += got;
		count -= got;
	}
	return started;
}

uint32_t entropy_word(void)
{
	uint32_t word;
	if (!board_random((uint8_t *)&word, sizeof word)) fatal(EXIT_HARDWARE, "the source of randomness does not answer");
	return word;
}
