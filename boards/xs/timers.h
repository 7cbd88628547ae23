// One-shot timers of an XS board.
#ifndef BATON_TIMERS
#define BATON_TIMERS

#include <stdint.h>
#include "xs.h"

/** Milliseconds until the first timer is due (0: one is), or -1 if none is set. */
int32_t timers_due_in(void);

/** Calls back the first timer that is due, if any, and runs the promise jobs that it left. */
void timers_run(xsMachine *machine);

/** Forgets all timers. */
void timers_clear(xsMachine *machine);

#endif
