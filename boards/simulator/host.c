// Ticks, randomness, console, settings, exit.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "xsmc.h"
#include "board.h"
#include "exit-codes.h"
#include "host.h"
#include "loop.h"

static const char *settings;

void host_settings(const char *text)
{
	settings = text;
}

static double milliseconds(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

uint64_t board_milliseconds(void)
{
	return (uint64_t)milliseconds(CLOCK_MONOTONIC);
}

double board_processor_milliseconds(void)
{
	return milliseconds(CLOCK_PROCESS_CPUTIME_ID);
}

void board_end(int code)
{
	fflush(stdout);
	fflush(stderr);
	_exit(code);
}

/**
 * ticks(): the first tick is 2 seconds before the count passes 2^32, so that every run that is long enough shows
 * whether the firmware compares ticks as it must.
 */
void xs_ticks(xsMachine *the)
{
	static uint64_t start;
	const uint64_t now = board_milliseconds();
	if (!start) start = now;
	xsmcSetNumber(xsResult, (uint32_t)(now - start - 2000));
}

/** random(bytes): all of them, from the operating system. */
void xs_random(xsMachine *the)
{
	enum { MOST = 256 }; // bytes that getentropy gives at a time
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferWritable(xsArg(0), &bytes, &count);
	for (xsUnsignedValue done = 0; done < count; done += MOST) {
		const size_t part = count - done < MOST ? count - done : MOST;
		if (getentropy((uint8_t *)bytes + done, part) < 0) xsUnknownError("no randomness");
	}
}

/** print(line): out at once, so that a power cut loses none. */
void xs_print(xsMachine *the)
{
	fputs(xsmcToString(xsArg(0)), stdout);
	putchar('\n');
	if (fflush(stdout) == EOF) _exit(EXIT_UNUSABLE); // nobody listens any more
}

void xs_settings(xsMachine *the)
{
	if (!settings) xsUnknownError("no settings");
	xsmcSetString(xsResult, (xsStringValue)settings);
}

/** exit(code): after the callback that is running. */
void xs_exit(xsMachine *the)
{
	const xsNumberValue code = xsmcToNumber(xsArg(0));
	if (!(code >= 0 && code <= 255)) xsRangeError("expected a code of 0 to 255");
	loop_end((int)code);
}
