// TCP clients for the machine, with the events of ECMA-419.
#ifndef BATON_TCP
#define BATON_TCP

#include <stdbool.h>
#include "xs.h"

enum { TCP_LIMIT = 16 }; // sockets at a time, as in lwIP's configuration for an ESP32

/** Some sockets are open and have not told their end, or still send. */
bool tcp_is_busy(void);

/** Something waits to be called back. */
bool tcp_has_events(void);

/** Calls back what waits, with the promise jobs after each. */
void tcp_run(xsMachine *machine);

/** Closes all. */
void tcp_clear(xsMachine *machine);

#endif
