// lwIP's DNS client, with the server that DHCP named. It keeps one address of a name.

#include "lwip/dns.h"
#include "resolver.h"

_Static_assert(DNS_TABLE_SIZE >= LOOKUP_LIMIT, "lwIP answers as many at a time as may be asked for");

static void on_answer(const char *name, const ip_addr_t *address, void *context)
{
	(void)name;
	char text[IP4ADDR_STRLEN_MAX];
	const bool is_found = address && !ip_addr_isany(address);
	resolver_answer((int)(intptr_t)context, is_found ? ip4addr_ntoa_r(address, text, sizeof text) : NULL);
}

bool lookup_start(int number, const char *name)
{
	void *context = (void *)(intptr_t)number;
	ip_addr_t address;
	const err_t result = dns_gethostbyname(name, &address, on_answer, context);
	if (result == ERR_OK) on_answer(name, &address, context);
	else if (result != ERR_INPROGRESS) on_answer(name, NULL, context);
	return true;
}
