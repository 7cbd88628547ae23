// TCP clients over lwIP's raw interface, with the behaviour of `embedded:io/socket/tcp` (ECMA-419): connected is the
// first time that something may be written; the error, which is also the peer's close, comes after all buffered bytes
// were read. lwIP's callbacks only note what happened; the machine is called from tcpRun.

#include <string.h>
#include "lwip/tcp.h"
#include "xsmc.h"
#include "loop.h"
#include "machine.h"
#include "network.h"
#include "tcp.h"

enum { tcpLimit = MEMP_NUM_TCP_PCB };
enum { readable = 0, writable = 1, failed = 2 }; // boards/xs/natives.ts

static struct socket {
	enum { unused, connecting, connected } state;
	int32_t handle; // never 0
	struct tcp_pcb *pcb; // NULL: the connection is no more
	struct pbuf *received; // not yet read: the window stays closed by as much
	bool ended; // nothing more comes
	bool hasReadable, hasWritable, failureTold;
	xsSlot callback;
} sockets[tcpLimit];

#define eachSocket(name) for (struct socket *name = sockets; name < sockets + tcpLimit; name++)

// lwIP's side

static err_t onConnected(void *context, struct tcp_pcb *pcb, err_t error)
{
	(void)pcb, (void)error; // always ERR_OK: failures come to onFailed
	struct socket *socket = context;
	socket->state = connected;
	socket->hasWritable = true;
	return ERR_OK;
}

static err_t onReceived(void *context, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	(void)pcb, (void)error;
	struct socket *socket = context;
	if (!packet) {
		socket->ended = true;
		return ERR_OK;
	}
	if (socket->received) pbuf_cat(socket->received, packet);
	else socket->received = packet;
	socket->hasReadable = true;
	return ERR_OK;
}

static err_t onSent(void *context, struct tcp_pcb *pcb, u16_t count)
{
	(void)count;
	struct socket *socket = context;
	if (tcp_sndqueuelen(pcb) == 0) socket->hasWritable = true;
	return ERR_OK;
}

/** Refused, reset, timed out, or out of memory: lwIP has freed the connection. */
static void onFailed(void *context, err_t error)
{
	(void)error;
	struct socket *socket = context;
	socket->pcb = NULL;
	socket->ended = true;
}

static int receivedCount(const struct socket *socket)
{
	return socket->received ? socket->received->tot_len : 0;
}

static int writableCount(const struct socket *socket)
{
	if (!socket->pcb) return 0;
	return tcp_sndqueuelen(socket->pcb) < TCP_SND_QUEUELEN ? tcp_sndbuf(socket->pcb) : 0;
}

static void release(struct socket *socket)
{
	const int unread = receivedCount(socket);
	if (socket->received) pbuf_free(socket->received);
	socket->received = NULL;
	if (socket->pcb) {
		tcp_arg(socket->pcb, NULL);
		tcp_recv(socket->pcb, NULL);
		tcp_sent(socket->pcb, NULL);
		tcp_err(socket->pcb, NULL);
		if (unread) tcp_recved(socket->pcb, (u16_t)unread); // else lwIP resets instead of closing
		if (tcp_close(socket->pcb) != ERR_OK) tcp_abort(socket->pcb);
		socket->pcb = NULL;
	}
	socket->state = unused;
}

// Natives

static struct socket *byHandle(int32_t handle)
{
	eachSocket(socket) if (socket->handle == handle && socket->state != unused) return socket;
	return NULL;
}

static struct socket *required(xsMachine *the)
{
	struct socket *socket = byHandle(xsmcToInteger(xsArg(0)));
	if (!socket) xsUnknownError("the socket is closed");
	return socket;
}

/** tcpOpen(address, port, onEvent): a handle. */
void xs_tcp_open(xsMachine *the)
{
	ip_addr_t address;
	const xsNumberValue port = xsmcToNumber(xsArg(1));
	if (!ip4addr_aton(xsmcToString(xsArg(0)), &address)) xsRangeError("expected a dotted IPv4 address");
	if (!(port >= 1 && port <= 65535)) xsRangeError("expected a port");
	if (!xsmcIsCallable(xsArg(2))) xsTypeError("expected a callback");

	struct socket *free = NULL;
	eachSocket(socket) if (socket->state == unused) free = socket;
	struct tcp_pcb *pcb = free ? tcp_new() : NULL;
	if (!pcb) xsUnknownError("no socket is free");

	static int32_t lastHandle;
	lastHandle = lastHandle == INT32_MAX ? 1 : lastHandle + 1;
	*free = (struct socket){.state = connecting, .handle = lastHandle, .pcb = pcb, .callback = xsArg(2)};
	xsRemember(free->callback);
	tcp_arg(pcb, free);
	tcp_recv(pcb, onReceived);
	tcp_sent(pcb, onSent);
	tcp_err(pcb, onFailed);
	tcp_nagle_disable(pcb);
	address = networkRoute(address);
	if (tcp_connect(pcb, &address, (u16_t)port, onConnected) != ERR_OK) {
		tcp_err(pcb, NULL);
		tcp_abort(pcb);
		onFailed(free, ERR_RTE); // no route: the network is not up
	}
	xsmcSetInteger(xsResult, free->handle);
}

/** tcpRead(handle, byteLength): an ArrayBuffer, or undefined if nothing is buffered. */
void xs_tcp_read(xsMachine *the)
{
	struct socket *socket = required(the);
	const xsNumberValue wanted = xsmcToNumber(xsArg(1));
	if (!(wanted >= 0)) xsRangeError("expected a number of bytes");
	const int buffered = receivedCount(socket);
	if (buffered == 0) return;
	const u16_t count = (u16_t)(wanted < buffered ? wanted : buffered);
	xsmcSetArrayBuffer(xsResult, NULL, count);
	pbuf_copy_partial(socket->received, xsmcToArrayBuffer(xsResult), count, 0);
	socket->received = pbuf_free_header(socket->received, count);
	if (socket->pcb) tcp_recved(socket->pcb, count);
}

/** tcpWrite(handle, bytes): how many more are taken now. */
void xs_tcp_write(xsMachine *the)
{
	struct socket *socket = required(the);
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferReadable(xsArg(1), &bytes, &count);
	if (socket->state != connected) xsUnknownError("the socket is not connected");
	if (socket->pcb) { // else the error is told once what was received is read
		if (count > (xsUnsignedValue)writableCount(socket))
			xsRangeError("expected at most %d bytes", writableCount(socket));
		if (tcp_write(socket->pcb, bytes, (u16_t)count, TCP_WRITE_FLAG_COPY) == ERR_OK) tcp_output(socket->pcb);
		else tcp_abort(socket->pcb); // a part of a stream is worse than none; this calls onFailed
	}
	xsmcSetInteger(xsResult, writableCount(socket));
}

/** tcpClose(handle): sends what is queued, then closes. Idempotent. */
void xs_tcp_close(xsMachine *the)
{
	struct socket *socket = byHandle(xsmcToInteger(xsArg(0)));
	if (!socket) return;
	xsForget(socket->callback);
	release(socket);
}

// The loop's side

static bool wantsFailure(const struct socket *socket)
{
	return socket->state != unused && socket->ended && !socket->failureTold && !socket->received;
}

int tcpCount(void)
{
	int count = 0;
	eachSocket(socket) if (socket->state != unused && !socket->failureTold) count++;
	return count;
}

bool tcpHasEvents(void)
{
	eachSocket(socket)
	{
		if (socket->state == unused) continue;
		if (socket->hasReadable || socket->hasWritable || wantsFailure(socket)) return true;
	}
	return false;
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
			if (socket->pcb) callBack(machine, socket, writable, writableCount(socket));
		}
		if (!loopEnding() && byHandle(handle) == socket && socket->hasReadable) {
			socket->hasReadable = false;
			if (socket->received) callBack(machine, socket, readable, receivedCount(socket));
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
		xsForget(socket->callback);
		release(socket);
	}
}
