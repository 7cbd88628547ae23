#include <string.h>
#include "clock.h"
#include "entropy.h"
#include "fatal.h"
#include "virtio.h"

enum { partBytes = 256, patienceMicroseconds = 1000000 };

static struct virtio device;
static struct virtqueue requests;
static bool started;

bool entropyStart(void)
{
	started = virtioFind(&device, virtioEntropy) && virtioStart(&device, 0, &requests, 1);
	return started;
}

bool entropyFill(uint8_t *bytes, size_t count)
{
	static uint8_t part[partBytes];
	while (started && count) {
		const size_t wanted = count < partBytes ? count : partBytes;
		virtioOffer(&requests, 0, part, wanted, true);
		virtioNotify(&requests);

		const uint64_t deadline = clockMicroseconds() + patienceMicroseconds;
		uint16_t id;
		uint32_t got;
		while (!virtioTake(&requests, &id, &got)) {
			// The buffer is still the device's, so the source stays closed.
			if (clockMicroseconds() > deadline) return started = false;
		}
		if (got == 0 || got > wanted) return false;
		memcpy(bytes, part, got);
		memset(part, 0, sizeof part);
		bytes += got;
		count -= got;
	}
	return started;
}

uint32_t entropyWord(void)
{
	uint32_t word;
	if (!entropyFill((uint8_t *)&word, sizeof word)) fatal(exitHardware, "the source of randomness does not answer");
	return word;
}
