// TCP clients over lwIP's raw interface, with the behaviour of `embedded:io/socket/tcp` (ECMA-419): connected is the
// first time that something may be written; the error, which is also the peer's close, comes after all buffered bytes
// were read. lwIP's callbacks only note what happened; the machine is called from tcp_run.

#include <string.h>
#include "lwip/tcp.h"
#include "xsmc.h"
#include "loop.h"
#include "machine.h"
#include "network.h"
#include "tcp.h"

enum { TCP_LIMIT = MEMP_NUM_TCP_PCB };
enum { READABLE = 0, WRITABLE = 1, FAILED = 2 }; // boards/xs/natives.ts

typedef struct {
	enum { UNUSED, CONNECTING, CONNECTED } state;
	int32_t handle; // never 0
	struct tcp_pcb *pcb; // NULL: the connection is no more
	struct pbuf *received; // not yet read: the window stays closed by as much
	bool ended; // nothing more comes
	bool has_readable, has_writable, failure_told;
	xsSlot callback;
} Socket;

static Socket sockets[TCP_LIMIT];

#define EACH_SOCKET(name) for (Socket *name = sockets; name < sockets + TCP_LIMIT; name++)

// lwIP's side

static err_t on_connected(void *context, struct tcp_pcb *pcb, err_t error)
{
	(void)pcb, (void)error; // always ERR_OK: failures come to on_failed
	Socket *socket = context;
	socket->state = CONNECTED;
	socket->has_writable = true;
	return ERR_OK;
}

static err_t on_received(void *context, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	(void)pcb, (void)error;
	Socket *socket = context;
	if (!packet) {
		socket->ended = true;
		return ERR_OK;
	}
	if (socket->received) pbuf_cat(socket->received, packet);
	else socket->received = packet;
	socket->has_readable = true;
	return ERR_OK;
}

static err_t on_sent(void *context, struct tcp_pcb *pcb, u16_t count)
{
	(void)count;
	Socket *socket = context;
	if (tcp_sndqueuelen(pcb) == 0) socket->has_writable = true;
	return ERR_OK;
}

/** Refused, reset, timed out, or out of memory: lwIP has freed the connection. */
static void on_failed(void *context, err_t error)
{
	(void)error;
	Socket *socket = context;
	socket->pcb = NULL;
	socket->ended = true;
}

static int received_count(const Socket *socket)
{
	return socket->received ? socket->received->tot_len : 0;
}

static int writable_count(const Socket *socket)
{
	if (!socket->pcb) return 0;
	return tcp_sndqueuelen(socket->pcb) < TCP_SND_QUEUELEN ? tcp_sndbuf(socket->pcb) : 0;
}

static void release(Socket *socket)
{
	const int unread = received_count(socket);
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
	socket->state = UNUSED;
}

// Natives

static Socket *by_handle(int32_t handle)
{
	EACH_SOCKET (socket)
		if (socket->handle == handle && socket->state != UNUSED) return socket;
	return NULL;
}

static Socket *required(xsMachine *the)
{
	Socket *socket = by_handle(xsmcToInteger(xsArg(0)));
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

	Socket *free = NULL;
	EACH_SOCKET (socket)
		if (socket->state == UNUSED) free = socket;
	struct tcp_pcb *pcb = free ? tcp_new() : NULL;
	if (!pcb) xsUnknownError("no socket is free");

	static int32_t last_handle;
	last_handle = last_handle == INT32_MAX ? 1 : last_handle + 1;
	*free = (Socket){.state = CONNECTING, .handle = last_handle, .pcb = pcb, .callback = xsArg(2)};
	xsRemember(free->callback);
	tcp_arg(pcb, free);
	tcp_recv(pcb, on_received);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_failed);
	tcp_nagle_disable(pcb);
	address = network_route(address);
	if (tcp_connect(pcb, &address, (u16_t)port, on_connected) != ERR_OK) {
		tcp_err(pcb, NULL);
		tcp_abort(pcb);
		on_failed(free, ERR_RTE); // no route: the network is not up
	}
	xsmcSetInteger(xsResult, free->handle);
}

/** tcpRead(handle, byteLength): an ArrayBuffer, or undefined if nothing is buffered. */
void xs_tcp_read(xsMachine *the)
{
	Socket *socket = required(the);
	const xsNumberValue wanted = xsmcToNumber(xsArg(1));
	if (!(wanted >= 0)) xsRangeError("expected a number of bytes");
	const int buffered = received_count(socket);
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
	Socket *socket = required(the);
	void *bytes;
	xsUnsignedValue count;
	xsmcGetBufferReadable(xsArg(1), &bytes, &count);
	if (socket->state != CONNECTED) xsUnknownError("the socket is not connected");
	if (socket->pcb) { // else the error is told once what was received is read
		if (count > (xsUnsignedValue)writable_count(socket))
			xsRangeError("expected at most %d bytes", writable_count(socket));
		if (tcp_write(socket->pcb, bytes, (u16_t)count, TCP_WRITE_FLAG_COPY) == ERR_OK) tcp_output(socket->pcb);
		else tcp_abort(socket->pcb); // a part of a stream is worse than none; this calls on_failed
	}
	xsmcSetInteger(xsResult, writable_count(socket));
}

/** tcpClose(handle): sends what is queued, then closes. Idempotent. */
void xs_tcp_close(xsMachine *the)
{
	Socket *socket = by_handle(xsmcToInteger(xsArg(0)));
	if (!socket) return;
	xsForget(socket->callback);
	release(socket);
}

// The loop's side

static bool wants_failure(const Socket *socket)
{
	return socket->state != UNUSED && socket->ended && !socket->failure_told && !socket->received;
}

int tcp_count(void)
{
	int count = 0;
	EACH_SOCKET (socket)
		if (socket->state != UNUSED && !socket->failure_told) count++;
	return count;
}

bool tcp_has_events(void)
{
	EACH_SOCKET (socket) {
		if (socket->state == UNUSED) continue;
		if (socket->has_readable || socket->has_writable || wants_failure(socket)) return true;
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
		if (!loop_ending() && by_handle(handle) == socket && socket->has_writable) {
			socket->has_writable = false;
			if (socket->pcb) call_back(machine, socket, WRITABLE, writable_count(socket));
		}
		if (!loop_ending() && by_handle(handle) == socket && socket->has_readable) {
			socket->has_readable = false;
			if (socket->received) call_back(machine, socket, READABLE, received_count(socket));
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
		xsForget(socket->callback);
		release(socket);
	}
}
