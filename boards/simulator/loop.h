// The event loop: timers, sockets, name look-ups, promise jobs, one callback at a time.
#ifndef BATON_LOOP
#define BATON_LOOP

#include <stdbool.h>
#include "xs.h"

/** Must come before the first callback: from now on SIGINT and SIGTERM end the loop. */
void loopPrepare(void);

/** Runs until something ends it. Returns the exit code. */
int loopRun(xsMachine *machine);

/** Ends the loop after the callback that is running. The first code counts. */
void loopEnd(int code);
bool loopEnding(void);

#endif
