// The CLINT's timer counts at 10 MHz. There is no other clock: the board, like the chip it stands for, has no date.

#include <sys/time.h>
#include "board.h"
#include "clock.h"
#include "csr.h"
#include "memory-map.h"

enum { ticksPerMicrosecond = 10, timerInterrupt = 1 << 7, externalInterrupt = 1 << 11 };

static uint64_t ticks(void)
{
	uint32_t high, low;
	do {
		high = clintTime[1];
		low = clintTime[0];
	} while (high != clintTime[1]);
	return (uint64_t)high << 32 | low;
}

uint64_t clockMicroseconds(void)
{
	return ticks() / ticksPerMicrosecond;
}

uint64_t clockInstructions(void)
{
	uint32_t high, low;
	do {
		high = csrRead(minstreth);
		low = csrRead(minstret);
	} while (high != csrRead(minstreth));
	return (uint64_t)high << 32 | low;
}

void clockSleepUntil(uint64_t microseconds)
{
	const uint64_t compare = microseconds * ticksPerMicrosecond;
	clintTimeCompare[1] = UINT32_MAX; // no match while the halves differ in age
	clintTimeCompare[0] = (uint32_t)compare;
	clintTimeCompare[1] = (uint32_t)(compare >> 32);
	csrWrite(mie, timerInterrupt | externalInterrupt);
	// Interrupts are off as a whole (mstatus.MIE is 0): wfi returns when one is pending, and nothing is called.
	__asm__ volatile("wfi");
}

uint64_t boardMilliseconds(void)
{
	return clockMicroseconds() / 1000;
}

/** A million instructions a millisecond: what -icount shift=0 makes of an instruction is a nanosecond. */
double boardProcessorMilliseconds(void)
{
	return (double)clockInstructions() / 1e6;
}

/** For the engine's Date, which the firmware never names: 1970 and what has passed since power-on. */
int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	(void)zone;
	const uint64_t now = clockMicroseconds();
	time->tv_sec = (time_t)(now / 1000000);
	time->tv_usec = (suseconds_t)(now % 1000000);
	return 0;
}
