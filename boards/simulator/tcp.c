// TCP clients over non-blocking sockets, with the behaviour of `embedded:io/socket/tcp` (ECMA-419): connected is the
// first time that something may be written; the error, which is also the peer's close, comes after all buffered bytes
// were read. Both buffers are as large as lwIP's on an ESP32, so a peer that sends too fast, or reads too slowly, is
// held back in the same way. IPv4 only.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "xsmc.h"
#include "board.h"
#include "loop.h"
#include "machine.h"
#include "tcp.h"

enum {
	BUFFER_BYTES = 4 * 1440, // TCP_SND_BUF and TCP_WND of the ESP-IDF
	LINGER_MILLISECONDS = 10000, // after close, for what is queued
};

enum { READABLE = 0, WRITABLE = 1, FAILED = 2 }; // boards/xs/natives.ts

typedef struct {
	uint16_t start, length;
	uint8_t bytes[BUFFER_BYTES];
} Buffer;

typedef struct {
	enum { UNUSED, CONNECTING, CONNECTED, LINGERING } state;
	int descriptor;
	int32_t handle; // never 0
	bool ended; // the peer closed, or the connection broke: nothing more comes
	bool broken; // and nothing more goes
	bool has_readable, has_writable, failure_told;
	uint64_t deadline; // of lingering
	xsSlot callback;
	Buffer received, queued;
} Socket;

static Socket sockets[TCP_LIMIT];

#define EACH_SOCKET(name) for (Socket *name = sockets; name < sockets + TCP_LIMIT; name++)

// Handles

static Socket *by_handle(int32_t handle)
{
	EACH_SOCKET (socket)
		if (socket->handle == handle && (socket->state == CONNECTING || socket->state == CONNECTED)) return socket;
	return NULL;
}

static Socket *required(xsMachine *the)
{
	Socket *socket = by_handle(xsmcToInteger(xsArg(0)));
	if (!socket) xsUnknownError("the socket is closed");
	return socket;
}

static void release(Socket *socket)
{
	close(socket->descriptor);
	socket->state = UNUSED;
}

// Buffers

static void from_socket(Socket *socket)
{
	Buffer *buffer = &socket->received;
	memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->length);
	buffer->start = 0;
	const size_t room = BUFFER_BYTES - buffer->length;
	const ssize_t count = recv(socket->descriptor, buffer->bytes + buffer->length, room, 0);
	if (count > 0) {
		buffer->length += count;
		socket->has_readable = true;
	} else if (count == 0) socket->ended = true;
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) socket->ended = socket->broken = true;
}

static void to_socket(Socket *socket)
{
	Buffer *buffer = &socket->queued;
	const ssize_t count = send(socket->descriptor, buffer->bytes + buffer->start, buffer->length, 0);
	if (count >= 0) {
		buffer->start += count;
		buffer->length -= count;
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		socket->broken = true;
		buffer->length = 0;
	}
	if (buffer->length == 0) buffer->start = 0;
}

static int writable_count(const Socket *socket)
{
	return BUFFER_BYTES - socket->queued.length;
}

// Natives

/** tcpOpen(address, port, onEvent): a handle. */
void xs_tcp_open(xsMachine *the)
{
	struct sockaddr_in peer = {.sin_family = AF_INET};
	const xsNumberValue port = xsmcToNumber(xsArg(1));
	if (inet_pton(AF_INET, xsmcToString(xsArg(0)), &peer.sin_addr) != 1) xsRangeError("expected a dotted IPv4 address");
	if (!(port >= 1 && port <= 65535)) xsRangeError("expected a port");
	if (!xsmcIsCallable(xsArg(2))) xsTypeError("expected a callback");
	peer.sin_port = htons((uint16_t)port);

	Socket *free = NULL;
	EACH_SOCKET (socket)
		if (socket->state == UNUSED) free = socket;
	const int descriptor = free ? socket(AF_INET, SOCK_STREAM, 0) : -1;
	if (descriptor < 0) xsUnknownError("no socket is free");
	fcntl(descriptor, F_SETFL, O_NONBLOCK);
	fcntl(descriptor, F_SETFD, FD_CLOEXEC);
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));

	static int32_t last_handle;
	last_handle = last_handle == INT32_MAX ? 1 : last_handle + 1;
	const int result = connect(descriptor, (struct sockaddr *)&peer, sizeof peer);
	const bool refused = result < 0 && errno != EINPROGRESS;
	memset(free, 0, sizeof *free);
	free->state = CONNECTING;
	free->descriptor = descriptor;
	free->handle = last_handle;
	free->ended = free->broken = refused;
	free->callback = xsArg(2);
	xsRemember(free->callback);
	xsmcSetInteger(xsResult, free->handle);
}

/** tcpRead(handle, byteLength): an ArrayBuffer, or undefined if nothing is buffered. */
void xs_tcp_read(xsMachine *the)
{
	Socket *socket = required(the);
	Buffer *buffer = &socket->received;
	const xsNumberValue wanted = xsmcToNumber(xsArg(1));
	if (!(wanted >= 0)) xsRangeError("expected a number of bytes");
	if (buffer->length == 0) return;
	const uint16_t count = wanted < buffer->length ? (uint16_t)wanted : buffer->length;
	xsmcSetArrayBuffer(xsResult, buffer->bytes + buffer->start, count);
	buffer->start += count;
	buffer->length -= count;
}

/** tcpWrite(handle, bytes): how many more are taken now. */
void xs_tcp_write(xsMachine *the)
{
	Socket *socket = required(the);
	Buffer *buffer = &socket->queued;
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferReadable(xsArg(1), &bytes, &count);
	if (socket->state != CONNECTED) xsUnknownError("the socket is not connected");
	if (count > (xsUnsignedValue)writable_count(socket))
		xsRangeError("expected at most %d bytes", writable_count(socket));
	if (socket->broken) count = 0; // the error is told once what was received is read
	memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->length);
	buffer->start = 0;
	memcpy(buffer->bytes + buffer->length, bytes, count);
	buffer->length += count;
	if (buffer->length) to_socket(socket);
	xsmcSetInteger(xsResult, writable_count(socket));
}

/** tcpClose(handle): sends what is queued, then closes. Idempotent. */
void xs_tcp_close(xsMachine *the)
{
	Socket *socket = by_handle(xsmcToInteger(xsArg(0)));
	if (!socket) return;
	xsForget(socket->callback);
	if (socket->state == CONNECTED && socket->queued.length && !socket->broken) {
		socket->state = LINGERING;
		socket->deadline = board_milliseconds() + LINGER_MILLISECONDS;
	} else release(socket);
}

// The loop's side

static bool wants_failure(const Socket *socket)
{
	return socket->ended && !socket->failure_told && socket->received.length == 0;
}

int tcp_count(void)
{
	int count = 0;
	EACH_SOCKET (socket) {
		// One that has told its failure is silent: it only waits to be closed.
		if (socket->state != UNUSED && !socket->failure_told) count++;
	}
	return count;
}

bool tcp_has_events(void)
{
	EACH_SOCKET (socket) {
		if (socket->state != CONNECTING && socket->state != CONNECTED) continue;
		if (socket->has_readable || socket->has_writable || wants_failure(socket)) return true;
	}
	return false;
}

void tcp_before_poll(struct pollfd *sources, int32_t *wait)
{
	EACH_SOCKET (socket) {
		short events = 0;
		if (socket->state == CONNECTING && !socket->ended) events |= POLLOUT;
		if (socket->state == CONNECTED && !socket->ended && socket->received.length < BUFFER_BYTES) events |= POLLIN;
		if (socket->state >= CONNECTED && !socket->broken && socket->queued.length) events |= POLLOUT;
		// poll reports a hang-up even if nothing is asked for; what has nothing to ask is left out.
		*sources++ = (struct pollfd){.fd = events ? socket->descriptor : -1, .events = events};
		if (socket->state == LINGERING) {
			const uint64_t now = board_milliseconds();
			const int32_t left = socket->deadline <= now ? 0 : (int32_t)(socket->deadline - now);
			if (*wait < 0 || left < *wait) *wait = left;
		}
	}
}

static void finish_connect(Socket *socket)
{
	int error = 0;
	socklen_t length = sizeof error;
	getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error) socket->ended = socket->broken = true;
	else {
		socket->state = CONNECTED;
		socket->has_writable = true;
	}
}

void tcp_after_poll(const struct pollfd *sources)
{
	EACH_SOCKET (socket) {
		const struct pollfd *source = sources++;
		const short found = source->fd < 0 ? 0 : source->revents;
		const bool trouble = found & (POLLHUP | POLLERR);
		if (socket->state == CONNECTING) {
			if (found) finish_connect(socket);
		} else if (socket->state == CONNECTED || socket->state == LINGERING) {
			if ((source->events & POLLOUT) && (found & POLLOUT || trouble)) {
				to_socket(socket);
				if (!socket->queued.length && !socket->broken) socket->has_writable = true;
			}
			if ((source->events & POLLIN) && (found & POLLIN || trouble)) from_socket(socket);
		}
		if (socket->state == LINGERING) {
			if (!socket->queued.length || board_milliseconds() >= socket->deadline) release(socket);
		}
	}
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
		if (!loop_ending() && by_handle(handle) == socket && socket->has_writable) {
			socket->has_writable = false;
			call_back(machine, socket, WRITABLE, writable_count(socket));
		}
		if (!loop_ending() && by_handle(handle) == socket && socket->has_readable) {
			socket->has_readable = false;
			if (socket->received.length) call_back(machine, socket, READABLE, socket->received.length);
		}
		if (!loop_ending() && by_handle(handle) == socket && wants_failure(socket)) {
			socket->failure_told = true;
			call_back(machine, socket, FAILED, 0);
		}
	}
}

void tcp_clear(xsMachine *the)
{
	EACH_SOCKET (socket) {
		if (socket->state == UNUSED) continue;
		if (socket->state != LINGERING) xsForget(socket->callback);
		release(socket);
	}
}
