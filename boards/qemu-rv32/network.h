// The network: virtio-net under lwIP, an address by DHCP.
#ifndef BATON_NETWORK
#define BATON_NETWORK

#include <stdbool.h>
#include <stdint.h>
#include "lwip/ip4_addr.h"

/** Brings the interface up and waits for an address. False: there is no device, or nobody gave one. */
bool network_start(void);

/**
 * Where a connection to `address` has to go. The board has no loopback: 127.0.0.0/8 is the machine that runs QEMU,
 * which user networking shows as the gateway.
 */
ip4_addr_t network_route(ip4_addr_t address);

/** Takes what has arrived, and lets lwIP do what is due. Its callbacks run inside. */
void network_poll(void);

/** Milliseconds until lwIP has something to do by itself. */
uint32_t network_due_in(void);

/** Goes on until all that was sent has arrived and all closed connections are closed, or for half a second. */
void network_drain(void);

#endif
