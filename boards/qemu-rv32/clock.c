// The CLINT's timer counts at 10 MHz. There is no other clock: the board, like the chip it stands for, has no date.

#include <sys/time.h>
#include "board.h"
#include "clock.h"
#include "csr.h"
#include "memory-map.h"

enum { TICKS_PER_MICROSECOND = 10, TIMER_INTERRUPT = 1 << 7, EXTERNAL_INTERRUPT = 1 << 11 };

static uint64_t ticks(void)
{
	uint32_t high, low;
	do {
		high = CLINT_TIME[1];
		low = CLINT_TIME[0];
	} while (high != CLINT_TIME[1]);
	return (uint64_t)high << 32 | low;
}

uint64_t clock_microseconds(void)
{
	return ticks() / TICKS_PER_MICROSECOND;
}

static uint64_t asleep; // what minstret counted while the hart waited: under -icount, the time that was jumped over

static uint64_t retired(void)
{
	uint32_t high, low;
	do {
		high = CSR_READ(minstreth);
		low = CSR_READ(minstret);
	} while (high != CSR_READ(minstreth));
	return (uint64_t)high << 32 | low;
}

uint64_t clock_instructions(void)
{
	return retired() - asleep;
}

void clock_sleep_until(uint64_t microseconds)
{
	const uint64_t compare = microseconds * TICKS_PER_MICROSECOND;
	CLINT_TIME_COMPARE[1] = UINT32_MAX; // no match while the halves differ in age
	CLINT_TIME_COMPARE[0] = (uint32_t)compare;
	CLINT_TIME_COMPARE[1] = (uint32_t)(compare >> 32);
	CSR_WRITE(mie, TIMER_INTERRUPT | EXTERNAL_INTERRUPT);
	const uint64_t before = retired();
	// Interrupts are off as a whole (mstatus.MIE is 0): wfi returns when one is pending, and nothing is called.
	__asm__ volatile("wfi");
	asleep += retired() - before;
}

uint64_t board_milliseconds(void)
{
	return clock_microseconds() / 1000;
}

/** A million instructions a millisecond: what -icount shift=0 makes of an instruction is a nanosecond. */
double board_processor_milliseconds(void)
{
	return (double)clock_instructions() / 1e6;
}

/** For the engine's Date, which the firmware never names: 1970 and what has passed since power-on. */
int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	(void)zone;
	const uint64_t now = clock_microseconds();
	time->tv_sec = (time_t)(now / 1000000);
	time->tv_usec = (suseconds_t)(now % 1000000);
	return 0;
}
