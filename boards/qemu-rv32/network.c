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

enum { receiveQueue = 0, transmitQueue = 1 }; // VIRTIO 1.1, §5.1.2
enum { featureAddress = 1 << 5 }; // VIRTIO_NET_F_MAC
enum { headerBytes = 12, frameBytes = 1514, bufferBytes = 1536 };
enum { addressMilliseconds = 5000, drainMilliseconds = 500 };

static struct virtio device;
static struct virtqueue queues[2];
static uint8_t buffers[2][queueLength][bufferBytes] __attribute__((aligned(16), section(".noinit")));
static uint8_t freeToSend[queueLength];
static int freeToSendCount;
static struct netif interface;
static bool up;

// Frames

static void offerToReceive(uint16_t id)
{
	virtioOffer(&queues[receiveQueue], id, buffers[receiveQueue][id], bufferBytes, true);
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
	while (virtioTake(&queues[transmitQueue], &id, &bytes)) freeToSend[freeToSendCount++] = (uint8_t)id;
	if (freeToSendCount == 0) return ERR_MEM;
	if (packet->tot_len > frameBytes) return ERR_BUF;

	id = freeToSend[--freeToSendCount];
	uint8_t *buffer = buffers[transmitQueue][id];
	memset(buffer, 0, headerBytes); // no checksum or segmentation is left to the device
	pbuf_copy_partial(packet, buffer + headerBytes, packet->tot_len, 0);
	virtioOffer(&queues[transmitQueue], id, buffer, headerBytes + packet->tot_len, false);
	virtioNotify(&queues[transmitQueue]);
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
	for (int i = 0; i < ETH_HWADDR_LEN; i++) netif->hwaddr[i] = virtioConfiguration(&device, i);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

bool networkStart(void)
{
	if (!virtioFind(&device, virtioNetwork)) return false;
	if (!virtioStart(&device, featureAddress, queues, 2)) return false;
	for (uint16_t id = 0; id < queueLength; id++) {
		offerToReceive(id);
		freeToSend[freeToSendCount++] = (uint8_t)id;
	}
	virtioNotify(&queues[receiveQueue]);
	virtioWakes(&device);

	lwip_init();
	netif_add(&interface, NULL, NULL, NULL, NULL, configure, ethernet_input);
	netif_set_default(&interface);
	netif_set_up(&interface);
	up = true;

	dhcp_start(&interface);
	const uint64_t deadline = boardMilliseconds() + addressMilliseconds;
	while (!dhcp_supplied_address(&interface)) {
		if (boardMilliseconds() >= deadline) return false;
		clockSleepUntil(clockMicroseconds() + networkDueIn() * 1000ull);
		networkPoll();
	}
	return true;
}

void networkPoll(void)
{
	if (!up) return;
	virtioQuiet(&device);
	uint16_t id;
	uint32_t bytes;
	bool taken = false;
	while (virtioTake(&queues[receiveQueue], &id, &bytes)) {
		if (bytes > headerBytes && bytes <= headerBytes + frameBytes)
			receive(buffers[receiveQueue][id] + headerBytes, bytes - headerBytes);
		offerToReceive(id);
		taken = true;
	}
	if (taken) virtioNotify(&queues[receiveQueue]);
	sys_check_timeouts();
}

ip4_addr_t networkRoute(ip4_addr_t address)
{
	return ip4_addr_isloopback(&address) ? *netif_ip4_gw(&interface) : address;
}

uint32_t networkDueIn(void)
{
	return up ? sys_timeouts_sleeptime() : SYS_TIMEOUTS_SLEEPTIME_INFINITE;
}

static bool isSettled(void)
{
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
		const bool closing = pcb->state == FIN_WAIT_1 || pcb->state == CLOSING || pcb->state == LAST_ACK;
		if (pcb->unsent || pcb->unacked || closing) return false;
	}
	return true;
}

void networkDrain(void)
{
	const uint64_t deadline = boardMilliseconds() + drainMilliseconds;
	while (up && !isSettled() && boardMilliseconds() < deadline) {
		clockSleepUntil(clockMicroseconds() + 10000);
		networkPoll();
	}
}

// What lwIP asks of its platform

u32_t sys_now(void)
{
	return (u32_t)boardMilliseconds();
}
