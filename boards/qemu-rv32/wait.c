#include "board.h"
#include "clock.h"
#include "network.h"

enum { LONGEST_SLEEP_MILLISECONDS = 60000 };

void board_wait(int32_t milliseconds)
{
	uint32_t wait = network_due_in();
	if (milliseconds >= 0 && (uint32_t)milliseconds < wait) wait = (uint32_t)milliseconds;
	if (wait > LONGEST_SLEEP_MILLISECONDS) wait = LONGEST_SLEEP_MILLISECONDS;
	if (wait) clock_sleep_until(clock_microseconds() + wait * 1000ull);
	network_poll();
}
