#include <stdio.h>
#include "clock.h"
#include "exit-codes.h"
#include "loop.h"
#include "machine.h"
#include "network.h"
#include "resolver.h"
#include "tcp.h"
#include "timers.h"

enum { LONGEST_SLEEP_MILLISECONDS = 60000 };

static bool ending;
static int end_code;

void loop_end(int code)
{
	if (!ending) end_code = code;
	ending = true;
}

bool loop_ending(void)
{
	return ending;
}

/** Sleeps until something is due, or a frame arrives. */
static void wait_for_work(void)
{
	if (tcp_has_events() || resolver_has_answers()) return;
	const int32_t timer = timers_due_in();
	uint32_t wait = network_due_in();
	if (timer >= 0 && (uint32_t)timer < wait) wait = (uint32_t)timer;
	if (wait > LONGEST_SLEEP_MILLISECONDS) wait = LONGEST_SLEEP_MILLISECONDS;
	if (wait) clock_sleep_until(clock_microseconds() + wait * 1000ull);
}

int loop_run(xsMachine *machine)
{
	machine_run_jobs(machine);
	while (!ending) {
		if (timers_due_in() < 0 && !tcp_count() && !resolver_count()) {
			fprintf(stderr, "XS: nothing left to wait for\n");
			return EXIT_STALLED;
		}
		wait_for_work();
		network_poll();
		// Each of these calls back and runs the promise jobs that this leaves; any callback may end the loop.
		if (!ending) timers_run(machine);
		if (!ending) resolver_run(machine);
		if (!ending) tcp_run(machine);
	}
	return end_code;
}
