#include <string.h>
#include "board.h"
#include "entropy.h"
#include "fatal.h"
#include "virtio.h"

enum { PART_BYTES = 256 };

/**
 * Looks at the answer's place, each some ten instructions, before the source is given up: seconds of this processor's
 * own time, which does not pass while the host does something else. It only ends what hangs.
 */
enum { MOST_LOOKS = 500000000 };

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

		// The clock is not asked meanwhile: each look at it would take from the emulator the lock under which it answers.
		uint16_t id;
		uint32_t got;
		for (uint32_t looks = 0; !virtio_take(&requests, &id, &got); looks++) {
			// The buffer is still the device's, so the source stays closed.
			if (looks == MOST_LOOKS) return started = false;
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
