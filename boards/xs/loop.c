#include <stdio.h>
#include "board.h"
#include "exit-codes.h"
#include "loop.h"
#include "machine.h"
#include "resolver.h"
#include "tcp.h"
#include "timers.h"

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

int loop_run(xsMachine *machine)
{
	machine_run_jobs(machine);
	while (!ending) {
		int32_t wait = timers_due_in();
		if (wait < 0 && !tcp_is_busy() && !resolver_is_busy()) {
			fprintf(stderr, "XS: nothing left to wait for\n");
			return EXIT_STALLED;
		}
		if (tcp_has_events() || resolver_has_answers()) wait = 0;
		board_wait(wait);
		// Each of these calls back and runs the promise jobs that this leaves; any callback may end the loop.
		if (!ending) timers_run(machine);
		if (!ending) resolver_run(machine);
		if (!ending) tcp_run(machine);
	}
	return end_code;
}
