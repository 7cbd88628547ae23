// Connections over lwIP's raw interface. lwIP's callbacks run inside network_poll and only note what happened.

#include <string.h>
#include "lwip/tcp.h"
#include "connection.h"
#include "network.h"

enum { CONNECTION_LIMIT = MEMP_NUM_TCP_PCB };

typedef struct {
	Connection connection;
	bool used;
	struct tcp_pcb *pcb; // NULL: the connection is no more
	struct pbuf *received; // not yet read: the window stays closed by as much
} Client;

static Client clients[CONNECTION_LIMIT];

// lwIP's side

static err_t on_connected(void *context, struct tcp_pcb *pcb, err_t error)
{
	(void)pcb, (void)error; // always ERR_OK: failures come to on_failed
	Connection *connection = context;
	connection->connected = connection->has_writable = true;
	return ERR_OK;
}

static err_t on_received(void *context, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	(void)pcb, (void)error;
	Client *client = context;
	if (!packet) {
		client->connection.ended = true;
		return ERR_OK;
	}
	if (client->received) pbuf_cat(client->received, packet);
	else client->received = packet;
	client->connection.has_readable = true;
	return ERR_OK;
}

static err_t on_sent(void *context, struct tcp_pcb *pcb, u16_t count)
{
	(void)count;
	Connection *connection = context;
	if (tcp_sndqueuelen(pcb) == 0) connection->has_writable = true;
	return ERR_OK;
}

/** Refused, reset, timed out, or out of memory: lwIP has freed the connection. */
static void on_failed(void *context, err_t error)
{
	(void)error;
	Client *client = context;
	client->pcb = NULL;
	client->connection.ended = client->connection.broken = true;
}

// What boards/xs/tcp.c asks for

Connection *connection_open(const uint8_t address[4], uint16_t port)
{
	Client *client = NULL;
	for (int i = 0; i < CONNECTION_LIMIT; i++)
		if (!clients[i].used) client = &clients[i];
	struct tcp_pcb *pcb = client ? tcp_new() : NULL;
	if (!pcb) return NULL;
	*client = (Client){.used = true, .pcb = pcb};
	tcp_arg(pcb, client);
	tcp_recv(pcb, on_received);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_failed);
	tcp_nagle_disable(pcb);

	ip4_addr_t peer;
	memcpy(&peer.addr, address, sizeof peer.addr);
	peer = network_route(peer);
	if (tcp_connect(pcb, &peer, port, on_connected) != ERR_OK) {
		tcp_err(pcb, NULL);
		tcp_abort(pcb);
		on_failed(client, ERR_RTE); // no route: the network is not up
	}
	return &client->connection;
}

size_t connection_received(const Connection *connection)
{
	const Client *client = (const Client *)connection;
	return client->received ? client->received->tot_len : 0;
}

void connection_read(Connection *connection, void *bytes, size_t count)
{
	Client *client = (Client *)connection;
	pbuf_copy_partial(client->received, bytes, (u16_t)count, 0);
	client->received = pbuf_free_header(client->received, (u16_t)count);
	if (client->pcb) tcp_recved(client->pcb, (u16_t)count);
}

size_t connection_room(const Connection *connection)
{
	const struct tcp_pcb *pcb = ((const Client *)connection)->pcb;
	return pcb && tcp_sndqueuelen(pcb) < TCP_SND_QUEUELEN ? tcp_sndbuf(pcb) : 0;
}

void connection_write(Connection *connection, const void *bytes, size_t count)
{
	struct tcp_pcb *pcb = ((Client *)connection)->pcb;
	if (tcp_write(pcb, bytes, (u16_t)count, TCP_WRITE_FLAG_COPY) == ERR_OK) tcp_output(pcb);
	else tcp_abort(pcb); // a part of a stream is worse than none; this calls on_failed
}

void connection_close(Connection *connection)
{
	Client *client = (Client *)connection;
	const size_t unread = connection_received(connection);
	if (client->received) pbuf_free(client->received);
	client->received = NULL;
	client->used = false;
	struct tcp_pcb *pcb = client->pcb;
	if (!pcb) return;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	if (unread) tcp_recved(pcb, (u16_t)unread); // else lwIP resets instead of closing
	if (tcp_close(pcb) != ERR_OK) tcp_abort(pcb);
	client->pcb = NULL;
}

/** lwIP needs nobody for it; the end of the run waits (network_drain). */
bool connections_are_closing(void)
{
	return false;
}
