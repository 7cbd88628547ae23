// What connections need of the loop's poll(2).
#ifndef BATON_CONNECTION_POLL
#define BATON_CONNECTION_POLL

#include <poll.h>
#include <stdint.h>

enum { CONNECTION_LIMIT = 16 }; // those that still send after they were closed count

/** Fills `CONNECTION_LIMIT` entries; shortens `wait` (ms, -1 for ever) to the first deadline. */
void connections_before_poll(struct pollfd *sources, int32_t *wait);

/** Moves bytes between the sockets and their buffers. */
void connections_after_poll(const struct pollfd *sources);

#endif
