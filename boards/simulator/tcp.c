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
	bufferBytes = 4 * 1440, // TCP_SND_BUF and TCP_WND of the ESP-IDF
	lingerMilliseconds = 10000, // after close, for what is queued
};

enum { readable = 0, writable = 1, failed = 2 }; // boards/xs/natives.ts

struct buffer {
	uint16_t start, length;
	uint8_t bytes[bufferBytes];
};

static struct socket {
	enum { unused, connecting, connected, lingering } state;
	int descriptor;
	int32_t handle; // never 0
	bool ended; // the peer closed, or the connection broke: nothing more comes
	bool broken; // and nothing more goes
	bool hasReadable, hasWritable, failureTold;
	uint64_t deadline; // of lingering
	xsSlot callback;
	struct buffer received, queued;
} sockets[tcpLimit];

#define eachSocket(name) for (struct socket *name = sockets; name < sockets + tcpLimit; name++)

// Handles

static struct socket *byHandle(int32_t handle)
{
	eachSocket(socket) if (socket->handle == handle &&
		(socket->state == connecting || socket->state == connected)) return socket;
	return NULL;
}

static struct socket *required(xsMachine *the)
{
	struct socket *socket = byHandle(xsmcToInteger(xsArg(0)));
	if (!socket) xsUnknownError("the socket is closed");
	return socket;
}

static void release(struct socket *socket)
{
	close(socket->descriptor);
	socket->state = unused;
}

// Buffers

static void fromSocket(struct socket *socket)
{
	struct buffer *buffer = &socket->received;
	memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->length);
	buffer->start = 0;
	const size_t room = bufferBytes - buffer->length;
	const ssize_t count = recv(socket->descriptor, buffer->bytes + buffer->length, room, 0);
	if (count > 0) {
		buffer->length += count;
		socket->hasReadable = true;
	} else if (count == 0) socket->ended = true;
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) socket->ended = socket->broken = true;
}

static void toSocket(struct socket *socket)
{
	struct buffer *buffer = &socket->queued;
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

static int writableCount(const struct socket *socket)
{
	return bufferBytes - socket->queued.length;
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

	struct socket *free = NULL;
	eachSocket(socket) if (socket->state == unused) free = socket;
	const int descriptor = free ? socket(AF_INET, SOCK_STREAM, 0) : -1;
	if (descriptor < 0) xsUnknownError("no socket is free");
	fcntl(descriptor, F_SETFL, O_NONBLOCK);
	fcntl(descriptor, F_SETFD, FD_CLOEXEC);
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));

	static int32_t lastHandle;
	lastHandle = lastHandle == INT32_MAX ? 1 : lastHandle + 1;
	const int result = connect(descriptor, (struct sockaddr *)&peer, sizeof peer);
	const bool refused = result < 0 && errno != EINPROGRESS;
	memset(free, 0, sizeof *free);
	free->state = connecting;
	free->descriptor = descriptor;
	free->handle = lastHandle;
	free->ended = free->broken = refused;
	free->callback = xsArg(2);
	xsRemember(free->callback);
	xsmcSetInteger(xsResult, free->handle);
}

/** tcpRead(handle, byteLength): an ArrayBuffer, or undefined if nothing is buffered. */
void xs_tcp_read(xsMachine *the)
{
	struct socket *socket = required(the);
	struct buffer *buffer = &socket->received;
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
	struct socket *socket = required(the);
	struct buffer *buffer = &socket->queued;
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferReadable(xsArg(1), &bytes, &count);
	if (socket->state != connected) xsUnknownError("the socket is not connected");
	if (count > (xsUnsignedValue)writableCount(socket))
		xsRangeError("expected at most %d bytes", writableCount(socket));
	if (socket->broken) count = 0; // the error is told once what was received is read
	memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->length);
	buffer->start = 0;
	memcpy(buffer->bytes + buffer->length, bytes, count);
	buffer->length += count;
	if (buffer->length) toSocket(socket);
	xsmcSetInteger(xsResult, writableCount(socket));
}

/** tcpClose(handle): sends what is queued, then closes. Idempotent. */
void xs_tcp_close(xsMachine *the)
{
	struct socket *socket = byHandle(xsmcToInteger(xsArg(0)));
	if (!socket) return;
	xsForget(socket->callback);
	if (socket->state == connected && socket->queued.length && !socket->broken) {
		socket->state = lingering;
		socket->deadline = boardMilliseconds() + lingerMilliseconds;
	} else release(socket);
}

// The loop's side

static bool wantsFailure(const struct socket *socket)
{
	return socket->ended && !socket->failureTold && socket->received.length == 0;
}

int tcpCount(void)
{
	int count = 0;
	eachSocket(socket)
	{
		// One that has told its failure is silent: it only waits to be closed.
		if (socket->state != unused && !socket->failureTold) count++;
	}
	return count;
}

bool tcpHasEvents(void)
{
	eachSocket(socket)
	{
		if (socket->state != connecting && socket->state != connected) continue;
		if (socket->hasReadable || socket->hasWritable || wantsFailure(socket)) return true;
	}
	return false;
}

void tcpBeforePoll(struct pollfd *sources, int32_t *wait)
{
	eachSocket(socket)
	{
		short events = 0;
		if (socket->state == connecting && !socket->ended) events |= POLLOUT;
		if (socket->state == connected && !socket->ended && socket->received.length < bufferBytes) events |= POLLIN;
		if (socket->state >= connected && !socket->broken && socket->queued.length) events |= POLLOUT;
		// poll reports a hang-up even if nothing is asked for; what has nothing to ask is left out.
		*sources++ = (struct pollfd){.fd = events ? socket->descriptor : -1, .events = events};
		if (socket->state == lingering) {
			const uint64_t now = boardMilliseconds();
			const int32_t left = socket->deadline <= now ? 0 : (int32_t)(socket->deadline - now);
			if (*wait < 0 || left < *wait) *wait = left;
		}
	}
}

static void finishConnect(struct socket *socket)
{
	int error = 0;
	socklen_t length = sizeof error;
	getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error) socket->ended = socket->broken = true;
	else {
		socket->state = connected;
		socket->hasWritable = true;
	}
}

void tcpAfterPoll(const struct pollfd *sources)
{
	eachSocket(socket)
	{
		const struct pollfd *source = sources++;
		const short found = source->fd < 0 ? 0 : source->revents;
		const bool trouble = found & (POLLHUP | POLLERR);
		if (socket->state == connecting) {
			if (found) finishConnect(socket);
		} else if (socket->state == connected || socket->state == lingering) {
			if ((source->events & POLLOUT) && (found & POLLOUT || trouble)) {
				toSocket(socket);
				if (!socket->queued.length && !socket->broken) socket->hasWritable = true;
			}
			if ((source->events & POLLIN) && (found & POLLIN || trouble)) fromSocket(socket);
		}
		if (socket->state == lingering) {
			if (!socket->queued.length || boardMilliseconds() >= socket->deadline) release(socket);
		}
	}
}

static void callBack(xsMachine *machine, struct socket *socket, int kind, int count)
{
	xsBeginHost(machine);
	xsCallFunction2(socket->callback, xsUndefined, xsInteger(kind), xsInteger(count));
	xsEndHost(machine);
	machineRunJobs(machine);
}

void tcpRun(xsMachine *machine)
{
	eachSocket(socket)
	{
		// A callback may close this socket, or any other: look again before each.
		const int32_t handle = socket->handle;
		if (!loopEnding() && byHandle(handle) == socket && socket->hasWritable) {
			socket->hasWritable = false;
			callBack(machine, socket, writable, writableCount(socket));
		}
		if (!loopEnding() && byHandle(handle) == socket && socket->hasReadable) {
			socket->hasReadable = false;
			if (socket->received.length) callBack(machine, socket, readable, socket->received.length);
		}
		if (!loopEnding() && byHandle(handle) == socket && wantsFailure(socket)) {
			socket->failureTold = true;
			callBack(machine, socket, failed, 0);
		}
	}
}

void tcpClear(xsMachine *the)
{
	eachSocket(socket)
	{
		if (socket->state == unused) continue;
		if (socket->state != lingering) xsForget(socket->callback);
		release(socket);
	}
}
