// Randomness, ticks and the console of Linux (natives.ts).

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include "xsmc.h"

void xs_baton_random(xsMachine *the);
void xs_baton_ticks(xsMachine *the);
void xs_baton_print(xsMachine *the);

/** random(bytes) */
void xs_baton_random(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	for (xsUnsignedValue filled = 0; filled < length;) {
		ssize_t count = getrandom((uint8_t *)bytes + filled, length - filled, 0);
		if (count > 0) filled += (xsUnsignedValue)count;
		else if (errno != EINTR) xsUnknownError("getrandom: %s", strerror(errno));
	}
}

/** ticks() */
void xs_baton_ticks(xsMachine *the)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	xsmcSetInteger(xsResult, (int32_t)(uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000));
}

/** print(line) */
void xs_baton_print(xsMachine *the)
{
	printf("%s\n", xsmcToString(xsArg(0)));
	fflush(stdout);
}
