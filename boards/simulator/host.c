// A clock, randomness, and the end of the program: this machine's.

#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "board.h"

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

bool board_random(uint8_t *bytes, size_t count)
{
	enum { MOST = 256 }; // bytes that getentropy gives at a time
	for (size_t done = 0; done < count; done += MOST)
		if (getentropy(bytes + done, count - done < MOST ? count - done : MOST) < 0) return false;
	return true;
}

void board_end(int code)
{
	fflush(stdout);
	fflush(stderr);
	_exit(code);
}
