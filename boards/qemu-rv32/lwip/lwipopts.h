// lwIP without an operating system, called from one loop; buffers of the sizes that the ESP-IDF gives an ESP32-C3.
#ifndef BATON_LWIPOPTS
#define BATON_LWIPOPTS

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_PROVIDE_ERRNO 0
#define LWIP_STATS 0
#define MEM_ALIGNMENT 4

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ETHERNET 1
#define LWIP_ARP 1
#define LWIP_UDP 1
#define LWIP_DHCP 1
#define DHCP_DOES_ARP_CHECK 0 // a second of waiting, for a network of two
#define LWIP_DNS 1
#define DNS_TABLE_SIZE 8
#define DNS_LOCAL_HOSTLIST 1
#define DNS_LOCAL_HOSTLIST_INIT \
	{ \
		DNS_LOCAL_HOSTLIST_ELEM("localhost", IPADDR4_INIT_BYTES(127, 0, 0, 1)) \
	}

#define TCP_MSS 1440
#define TCP_WND (4 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 16
#define MEMP_NUM_TCP_PCB 16
#define MEMP_NUM_TCP_SEG 64
#define PBUF_POOL_SIZE 16
#define MEM_SIZE (32 * 1024)

// RFC 6528 wants sequence numbers that nobody guesses; lwIP's own count up from a constant.
#define LWIP_HOOK_TCP_ISN(local_address, local_port, remote_address, remote_port) entropy_word()

#endif
