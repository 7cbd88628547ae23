// Connections over non-blocking sockets. Both buffers are as large as lwIP's on an ESP32, so a peer that sends too
// fast, or reads too slowly, is held back in the same way.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "board.h"
#include "connection.h"
#include "connection-poll.h"

enum {
	BUFFER_BYTES = 4 * 1440, // TCP_SND_BUF and TCP_WND of the ESP-IDF
	LINGER_MILLISECONDS = 10000, // after close, for what is queued
};

typedef struct {
	uint16_t start, length;
	uint8_t bytes[BUFFER_BYTES];
} Buffer;

typedef struct {
	Connection connection;
	enum { UNUSED, OPEN, LINGERING } state;
	int descriptor;
	uint64_t deadline; // of lingering
	Buffer received, queued;
} Client;

static Client clients[CONNECTION_LIMIT];

#define EACH_CLIENT(name) for (Client *name = clients; name < clients + CONNECTION_LIMIT; name++)

Connection *connection_open(const uint8_t address[4], uint16_t port)
{
	Client *free = NULL;
	EACH_CLIENT (client)
		if (client->state == UNUSED) free = client;
	const int descriptor = free ? socket(AF_INET, SOCK_STREAM, 0) : -1;
	if (descriptor < 0) return NULL;
	fcntl(descriptor, F_SETFL, O_NONBLOCK);
	fcntl(descriptor, F_SETFD, FD_CLOEXEC);
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));

	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(port)};
	memcpy(&peer.sin_addr, address, 4);
	const int result = connect(descriptor, (struct sockaddr *)&peer, sizeof peer);
	const bool refused = result < 0 && errno != EINPROGRESS;
	memset(free, 0, sizeof *free);
	free->state = OPEN;
	free->descriptor = descriptor;
	free->connection.ended = free->connection.broken = refused;
	return &free->connection;
}

size_t connection_received(const Connection *connection)
{
	return ((const Client *)connection)->received.length;
}

static void take(Buffer *buffer, size_t count)
{
	buffer->start += count;
	buffer->length -= count;
	if (buffer->length == 0) buffer->start = 0;
}

/** Makes all of the room lie behind the contents. Gives its place. */
static uint8_t *make_room(Buffer *buffer)
{
	memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->length);
	buffer->start = 0;
	return buffer->bytes + buffer->length;
}

void connection_read(Connection *connection, void *bytes, size_t count)
{
	Buffer *buffer = &((Client *)connection)->received;
	memcpy(bytes, buffer->bytes + buffer->start, count);
	take(buffer, count);
}

size_t connection_room(const Connection *connection)
{
	return BUFFER_BYTES - ((const Client *)connection)->queued.length;
}

static bool is_trouble(int error)
{
	return error != EAGAIN && error != EWOULDBLOCK && error != EINTR;
}

static void from_socket(Client *client)
{
	Buffer *buffer = &client->received;
	uint8_t *room = make_room(buffer);
	const ssize_t count = recv(client->descriptor, room, BUFFER_BYTES - buffer->length, 0);
	if (count > 0) {
		buffer->length += count;
		client->connection.has_readable = true;
	} else if (count == 0) client->connection.ended = true;
	else if (is_trouble(errno)) client->connection.ended = client->connection.broken = true;
}

static void to_socket(Client *client)
{
	Buffer *buffer = &client->queued;
	const ssize_t count = send(client->descriptor, buffer->bytes + buffer->start, buffer->length, 0);
	if (count >= 0) take(buffer, (size_t)count);
	else if (is_trouble(errno)) {
		client->connection.broken = true;
		take(buffer, buffer->length);
	}
}

void connection_write(Connection *connection, const void *bytes, size_t count)
{
	Client *client = (Client *)connection;
	memcpy(make_room(&client->queued), bytes, count);
	client->queued.length += count;
	if (client->queued.length) to_socket(client);
}

static void release(Client *client)
{
	close(client->descriptor);
	client->state = UNUSED;
}

void connection_close(Connection *connection)
{
	Client *client = (Client *)connection;
	if (connection->connected && client->queued.length && !connection->broken) {
		client->state = LINGERING;
		client->deadline = board_milliseconds() + LINGER_MILLISECONDS;
	} else release(client);
}

bool connections_are_closing(void)
{
	EACH_CLIENT (client)
		if (client->state == LINGERING) return true;
	return false;
}

// The loop's side

void connections_before_poll(struct pollfd *sources, int32_t *wait)
{
	EACH_CLIENT (client) {
		const Connection *connection = &client->connection;
		short events = 0;
		if (client->state == OPEN && !connection->ended) {
			if (!connection->connected) events |= POLLOUT;
			else if (client->received.length < BUFFER_BYTES) events |= POLLIN;
		}
		if (client->state != UNUSED && connection->connected && !connection->broken && client->queued.length)
			events |= POLLOUT;
		// poll reports a hang-up even if nothing is asked for; what has nothing to ask is left out.
		*sources++ = (struct pollfd){.fd = events ? client->descriptor : -1, .events = events};
		if (client->state == LINGERING) {
			const uint64_t now = board_milliseconds();
			const int32_t left = client->deadline <= now ? 0 : (int32_t)(client->deadline - now);
			if (*wait < 0 || left < *wait) *wait = left;
		}
	}
}

static void finish_connect(Client *client)
{
	int error = 0;
	socklen_t length = sizeof error;
	getsockopt(client->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	Connection *connection = &client->connection;
	if (error) connection->ended = connection->broken = true;
	else connection->connected = connection->has_writable = true;
}

void connections_after_poll(const struct pollfd *sources)
{
	EACH_CLIENT (client) {
		const struct pollfd *source = sources++;
		const short found = source->fd < 0 ? 0 : source->revents;
		const bool trouble = found & (POLLHUP | POLLERR);
		Connection *connection = &client->connection;
		if (client->state == UNUSED) continue;
		if (!connection->connected) {
			if (found) finish_connect(client);
		} else {
			if ((source->events & POLLOUT) && (found & POLLOUT || trouble)) {
				to_socket(client);
				if (!client->queued.length && !connection->broken) connection->has_writable = true;
			}
			if ((source->events & POLLIN) && (found & POLLIN || trouble)) from_socket(client);
		}
		if (client->state == LINGERING) {
			if (!client->queued.length || board_milliseconds() >= client->deadline) release(client);
		}
	}
}
