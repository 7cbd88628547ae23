// The event loop: timers, sockets, name look-ups, promise jobs, one callback at a time.
#ifndef BATON_LOOP
#define BATON_LOOP

#include <stdbool.h>
#include "xs.h"

/** Runs until something ends it. Returns the exit code. */
int loop_run(xsMachine *machine);

/** Ends the loop after the callback that is running. The first code counts. */
void loop_end(int code);
bool loop_ending(void);

#endif
