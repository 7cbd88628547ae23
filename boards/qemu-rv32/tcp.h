// TCP clients for the machine, with the events of ECMA-419.
#ifndef BATON_TCP
#define BATON_TCP

#include <stdbool.h>
#include "xs.h"

/** Sockets that are open and have not told their end. */
int tcpCount(void);

/** Something waits to be called back. */
bool tcpHasEvents(void);

/** Calls back what waits, with the promise jobs after each. */
void tcpRun(xsMachine *machine);

/** Closes all. */
void tcpClear(xsMachine *machine);

#endif
