// What tcp.c asks of a board's own TCP: connections that note what happens to them, and call nothing back.
#ifndef BATON_CONNECTION
#define BATON_CONNECTION

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The head of each board's own. The board sets these; tcp.c takes back what is to be told, when it tells it. */
typedef struct {
	bool connected; // may be written to
	bool ended; // nothing more comes: refused, reset, or closed by the peer
	bool broken; // and nothing more goes
	bool has_readable, has_writable; // to be told: bytes have come; there is room again, or for the first time
} Connection;

/** Starts to connect. NULL: no connection is free. What fails later, or at once, is seen as `ended` and `broken`. */
Connection *connection_open(const uint8_t address[4], uint16_t port);

/** Bytes that have come and were not read. */
size_t connection_received(const Connection *connection);
/** Takes the first `count` of them. */
void connection_read(Connection *connection, void *bytes, size_t count);

/** Bytes that may be written now. */
size_t connection_room(const Connection *connection);
/** Queues `count` bytes, no more than there is room for. Of one that is connected and not broken. */
void connection_write(Connection *connection, const void *bytes, size_t count);

/** Sends what is queued, then closes. The connection is the board's again. */
void connection_close(Connection *connection);

/** Some that were closed still send, and need the loop for it. */
bool connections_are_closing(void);

#endif
