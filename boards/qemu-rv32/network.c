#include <string.h>
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "board.h"
#include "clock.h"
#include "network.h"
#include "virtio.h"

enum { RECEIVE_QUEUE = 0, TRANSMIT_QUEUE = 1 }; // VIRTIO 1.1, §5.1.2
enum { FEATURE_ADDRESS = 1 << 5 }; // VIRTIO_NET_F_MAC
enum { HEADER_BYTES = 12, FRAME_BYTES = 1514, BUFFER_BYTES = 1536 };
// They only end what hangs: the clock is the host's, and goes on while a busy host gives the board no processor.
enum { ADDRESS_MILLISECONDS = 60000, DRAIN_MILLISECONDS = 10000 };

static Virtio device;
static Virtqueue queues[2];
static uint8_t buffers[2][QUEUE_LENGTH][BUFFER_BYTES] __attribute__((aligned(16), section(".noinit")));
static uint8_t free_to_send[QUEUE_LENGTH];
static int free_to_send_count;
static struct netif interface;
static bool up;

// Frames

static void offer_to_receive(uint16_t id)
{
	virtio_offer(&queues[RECEIVE_QUEUE], id, buffers[RECEIVE_QUEUE][id], BUFFER_BYTES, true);
}

static void receive(const uint8_t *frame, size_t bytes)
{
	struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)bytes, PBUF_POOL);
	if (!packet) return; // lost; TCP will ask again
	pbuf_take(packet, frame, (u16_t)bytes);
	if (interface.input(packet, &interface) != ERR_OK) pbuf_free(packet);
}

static err_t send(struct netif *netif, struct pbuf *packet)
{
	(void)netif;
	uint16_t id;
	uint32_t bytes;
	while (virtio_take(&queues[TRANSMIT_QUEUE], &id, &bytes)) free_to_send[free_to_send_count++] = (uint8_t)id;
	if (free_to_send_count == 0) return ERR_MEM;
	if (packet->tot_len > FRAME_BYTES) return ERR_BUF;

	id = free_to_send[--free_to_send_count];
	uint8_t *buffer = buffers[TRANSMIT_QUEUE][id];
	memset(buffer, 0, HEADER_BYTES); // no checksum or segmentation is left to the device
	pbuf_copy_partial(packet, buffer + HEADER_BYTES, packet->tot_len, 0);
	virtio_offer(&queues[TRANSMIT_QUEUE], id, buffer, HEADER_BYTES + packet->tot_len, false);
	virtio_notify(&queues[TRANSMIT_QUEUE]);
	return ERR_OK;
}

// The interface

static err_t configure(struct netif *netif)
{
	netif->name[0] = 'v';
	netif->name[1] = 'n';
	netif->output = etharp_output;
	netif->linkoutput = send;
	netif->mtu = 1500;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	for (int i = 0; i < ETH_HWADDR_LEN; i++) netif->hwaddr[i] = virtio_configuration(&device, i);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

bool network_start(void)
{
	if (!virtio_find(&device, VIRTIO_NETWORK)) return false;
	if (!virtio_start(&device, FEATURE_ADDRESS, queues, 2)) return false;
	for (uint16_t id = 0; id < QUEUE_LENGTH; id++) {
		offer_to_receive(id);
		free_to_send[free_to_send_count++] = (uint8_t)id;
	}
	virtio_notify(&queues[RECEIVE_QUEUE]);
	virtio_wakes(&device);

	lwip_init();
	netif_add(&interface, NULL, NULL, NULL, NULL, configure, ethernet_input);
	netif_set_default(&interface);
	netif_set_up(&interface);
	up = true;

	dhcp_start(&interface);
	const uint64_t deadline = board_milliseconds() + ADDRESS_MILLISECONDS;
	while (!dhcp_supplied_address(&interface)) {
		if (board_milliseconds() >= deadline) return false;
		clock_sleep_until(clock_microseconds() + network_due_in() * 1000ull);
		network_poll();
	}
	return true;
}

void network_poll(void)
{
	if (!up) return;
	virtio_quiet(&device);
	uint16_t id;
	uint32_t bytes;
	bool taken = false;
	while (virtio_take(&queues[RECEIVE_QUEUE], &id, &bytes)) {
		if (bytes > HEADER_BYTES && bytes <= HEADER_BYTES + FRAME_BYTES)
			receive(buffers[RECEIVE_QUEUE][id] + HEADER_BYTES, bytes - HEADER_BYTES);
		offer_to_receive(id);
		taken = true;
	}
	if (taken) virtio_notify(&queues[RECEIVE_QUEUE]);
	sys_check_timeouts();
}

ip4_addr_t network_route(ip4_addr_t address)
{
	return ip4_addr_isloopback(&address) ? *netif_ip4_gw(&interface) : address;
}

uint32_t network_due_in(void)
{
	return up ? sys_timeouts_sleeptime() : SYS_TIMEOUTS_SLEEPTIME_INFINITE;
}

static bool is_settled(void)
{
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
		const bool closing = pcb->state == FIN_WAIT_1 || pcb->state == CLOSING || pcb->state == LAST_ACK;
		if (pcb->unsent || pcb->unacked || closing) return false;
	}
	return true;
}

void network_drain(void)
{
	const uint64_t deadline = board_milliseconds() + DRAIN_MILLISECONDS;
	while (up && !is_settled() && board_milliseconds() < deadline) {
		clock_sleep_until(clock_microseconds() + 10000);
		network_poll();
	}
}

// What lwIP asks of its platform

u32_t sys_now(void)
{
	return (u32_t)board_milliseconds();
}
