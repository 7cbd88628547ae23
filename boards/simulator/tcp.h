// TCP clients for the machine, with the events of ECMA-419.
#ifndef BATON_TCP
#define BATON_TCP

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include "xs.h"

enum { tcpLimit = 16 }; // sockets at a time, as in lwIP's configuration for an ESP32

/** Sockets that are open or still send. */
int tcpCount(void);

/** Something waits to be called back. */
bool tcpHasEvents(void);

/** Fills `tcpLimit` entries; shortens `wait` (ms, -1 for ever) to the first deadline. */
void tcpBeforePoll(struct pollfd *sources, int32_t *wait);

/** Moves bytes between the sockets and their buffers. Calls nothing back. */
void tcpAfterPoll(const struct pollfd *sources);

/** Calls back what waits, with the promise jobs after each. */
void tcpRun(xsMachine *machine);

/** Closes all. */
void tcpClear(xsMachine *machine);

#endif
