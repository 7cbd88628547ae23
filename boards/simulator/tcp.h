// TCP clients for the machine, with the events of ECMA-419.
#ifndef BATON_TCP
#define BATON_TCP

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include "xs.h"

enum { TCP_LIMIT = 16 }; // sockets at a time, as in lwIP's configuration for an ESP32

/** Sockets that are open or still send. */
int tcp_count(void);

/** Something waits to be called back. */
bool tcp_has_events(void);

/** Fills `TCP_LIMIT` entries; shortens `wait` (ms, -1 for ever) to the first deadline. */
void tcp_before_poll(struct pollfd *sources, int32_t *wait);

/** Moves bytes between the sockets and their buffers. Calls nothing back. */
void tcp_after_poll(const struct pollfd *sources);

/** Calls back what waits, with the promise jobs after each. */
void tcp_run(xsMachine *machine);

/** Closes all. */
void tcp_clear(xsMachine *machine);

#endif
