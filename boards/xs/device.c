#include <stdio.h>
#include "xsmc.h"
#include "board.h"
#include "device.h"
#include "exit-codes.h"
#include "loop.h"

static const char *settings;

void device_settings(const char *text)
{
	settings = text;
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

/** random(bytes): all of them. */
void xs_random(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferWritable(xsArg(0), &bytes, &count);
	if (!board_random(bytes, count)) xsUnknownError("no randomness");
}

/** print(line): out at once, so that a power cut loses none. */
void xs_print(xsMachine *the)
{
	fputs(xsmcToString(xsArg(0)), stdout);
	putchar('\n');
	if (fflush(stdout) == EOF) board_end(EXIT_UNUSABLE); // nobody listens any more
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
