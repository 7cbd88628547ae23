// TCP clients with the behaviour of `embedded:io/socket/tcp` (ECMA-419): connected is the first time that something may
// be written; the error, which is also the peer's close, comes after all buffered bytes were read. IPv4 only. A board's
// connections (connection.h) only note what happened; the machine is called from tcp_run.

#include "xsmc.h"
#include "connection.h"
#include "loop.h"
#include "machine.h"
#include "tcp.h"

enum { READABLE = 0, WRITABLE = 1, FAILED = 2 }; // natives.ts

typedef struct {
	int32_t handle; // 0: unused
	bool failure_told;
	Connection *connection;
	xsSlot callback;
} Socket;

static Socket sockets[TCP_LIMIT];

#define EACH_SOCKET(name) for (Socket *name = sockets; name < sockets + TCP_LIMIT; name++)

// Natives

static Socket *by_handle(int32_t handle)
{
	EACH_SOCKET (socket)
		if (socket->handle == handle) return socket;
	return NULL;
}

static Socket *required(xsMachine *the)
{
	const int32_t handle = xsmcToInteger(xsArg(0));
	Socket *socket = handle ? by_handle(handle) : NULL;
	if (!socket) xsUnknownError("the socket is closed");
	return socket;
}

/** Four decimal numbers without leading zeros. */
static bool read_address(const char *text, uint8_t address[4])
{
	for (int i = 0; i < 4; i++) {
		int value = 0, digits = 0;
		for (; *text >= '0' && *text <= '9'; text++) {
			value = 10 * value + *text - '0';
			if (++digits > 3 || value > 255 || (digits > 1 && value < 10)) return false;
		}
		if (digits == 0 || *text++ != (i < 3 ? '.' : 0)) return false;
		address[i] = (uint8_t)value;
	}
	return true;
}

/** tcpOpen(address, port, onEvent): a handle. */
void xs_tcp_open(xsMachine *the)
{
	uint8_t address[4];
	const xsNumberValue port = xsmcToNumber(xsArg(1));
	if (!read_address(xsmcToString(xsArg(0)), address)) xsRangeError("expected a dotted IPv4 address");
	if (!(port >= 1 && port <= 65535)) xsRangeError("expected a port");
	if (!xsmcIsCallable(xsArg(2))) xsTypeError("expected a callback");

	Socket *free = by_handle(0);
	Connection *connection = free ? connection_open(address, (uint16_t)port) : NULL;
	if (!connection) xsUnknownError("no socket is free");

	static int32_t last_handle;
	last_handle = last_handle == INT32_MAX ? 1 : last_handle + 1;
	*free = (Socket){.handle = last_handle, .connection = connection, .callback = xsArg(2)};
	xsRemember(free->callback);
	xsmcSetInteger(xsResult, free->handle);
}

/** tcpRead(handle, byteLength): an ArrayBuffer, or undefined if nothing is buffered. */
void xs_tcp_read(xsMachine *the)
{
	Connection *connection = required(the)->connection;
	const xsNumberValue wanted = xsmcToNumber(xsArg(1));
	if (!(wanted >= 0)) xsRangeError("expected a number of bytes");
	const size_t received = connection_received(connection);
	if (received == 0) return;
	const size_t count = wanted < received ? (size_t)wanted : received;
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)count);
	connection_read(connection, xsmcToArrayBuffer(xsResult), count);
}

static int room(const Connection *connection)
{
	return connection->broken ? 0 : (int)connection_room(connection);
}

/** tcpWrite(handle, bytes): how many more are taken now. */
void xs_tcp_write(xsMachine *the)
{
	Connection *connection = required(the)->connection;
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferReadable(xsArg(1), &bytes, &count);
	if (!connection->connected) xsUnknownError("the socket is not connected");
	if (!connection->broken) { // else the error is told once what was received is read
		if (count > (xsUnsignedValue)room(connection)) xsRangeError("expected at most %d bytes", room(connection));
		connection_write(connection, bytes, count);
	}
	xsmcSetInteger(xsResult, room(connection));
}

static void close_socket(xsMachine *the, Socket *socket)
{
	xsForget(socket->callback);
	connection_close(socket->connection);
	socket->handle = 0;
}

/** tcpClose(handle): sends what is queued, then closes. Idempotent. */
void xs_tcp_close(xsMachine *the)
{
	const int32_t handle = xsmcToInteger(xsArg(0));
	Socket *socket = handle ? by_handle(handle) : NULL;
	if (socket) close_socket(the, socket);
}

// The loop's side

static bool wants_failure(const Socket *socket)
{
	return socket->connection->ended && !socket->failure_told && !connection_received(socket->connection);
}

bool tcp_is_busy(void)
{
	// One that has told its failure is silent: it only waits to be closed.
	EACH_SOCKET (socket)
		if (socket->handle && !socket->failure_told) return true;
	return connections_are_closing();
}

bool tcp_has_events(void)
{
	EACH_SOCKET (socket) {
		if (!socket->handle) continue;
		const Connection *connection = socket->connection;
		if (connection->has_readable || connection->has_writable || wants_failure(socket)) return true;
	}
	return false;
}

static void call_back(xsMachine *machine, Socket *socket, int kind, int count)
{
	xsBeginHost(machine);
	xsCallFunction2(socket->callback, xsUndefined, xsInteger(kind), xsInteger(count));
	xsEndHost(machine);
	machine_run_jobs(machine);
}

void tcp_run(xsMachine *machine)
{
	EACH_SOCKET (socket) {
		// A callback may close this socket, or any other: look again before each.
		const int32_t handle = socket->handle;
		Connection *connection = socket->connection;
		if (!handle) continue;
		if (!loop_ending() && socket->handle == handle && connection->has_writable) {
			connection->has_writable = false;
			if (!connection->broken) call_back(machine, socket, WRITABLE, room(connection));
		}
		if (!loop_ending() && socket->handle == handle && connection->has_readable) {
			connection->has_readable = false;
			const size_t received = connection_received(connection);
			if (received) call_back(machine, socket, READABLE, (int)received);
		}
		if (!loop_ending() && socket->handle == handle && wants_failure(socket)) {
			socket->failure_told = true;
			call_back(machine, socket, FAILED, 0);
		}
	}
}

void tcp_clear(xsMachine *the)
{
	EACH_SOCKET (socket)
		if (socket->handle) close_socket(the, socket);
}
