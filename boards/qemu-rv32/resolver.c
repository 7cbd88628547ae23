// lwIP's DNS client, with the server that DHCP named. A records only.

#include <string.h>
#include "lwip/dns.h"
#include "xsmc.h"
#include "machine.h"
#include "resolver.h"

enum { lookupLimit = DNS_TABLE_SIZE, nameLimit = 253 }; // RFC 1035 §2.3.4, as text

static struct lookup {
	enum { unused, asked, answered } state;
	ip_addr_t address; // any (0.0.0.0): there is no such name
	xsSlot callback;
} lookups[lookupLimit];

#define eachLookup(name) for (struct lookup *name = lookups; name < lookups + lookupLimit; name++)

static void onAnswer(const char *name, const ip_addr_t *address, void *context)
{
	(void)name;
	struct lookup *lookup = context;
	if (address) lookup->address = *address;
	lookup->state = answered;
}

/** resolve(host, onResolved): calls back later with dotted IPv4, or undefined. */
void xs_resolve(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	const size_t length = strlen(name);
	if (length == 0 || length > nameLimit) xsRangeError("expected a name of 1 to %d bytes", nameLimit);
	if (!xsmcIsCallable(xsArg(1))) xsTypeError("expected a callback");
	struct lookup *free = NULL;
	eachLookup(lookup) if (lookup->state == unused) free = lookup;
	if (!free) xsUnknownError("no look-up is free");

	*free = (struct lookup){.state = asked, .callback = xsArg(1)};
	xsRemember(free->callback);
	ip_addr_t address;
	const err_t result = dns_gethostbyname(name, &address, onAnswer, free);
	if (result == ERR_OK) onAnswer(name, &address, free);
	else if (result != ERR_INPROGRESS) onAnswer(name, NULL, free);
}

int resolverCount(void)
{
	int count = 0;
	eachLookup(lookup) if (lookup->state != unused) count++;
	return count;
}

static struct lookup *firstAnswered(void)
{
	eachLookup(lookup) if (lookup->state == answered) return lookup;
	return NULL;
}

bool resolverHasAnswers(void)
{
	return firstAnswered() != NULL;
}

void resolverRun(xsMachine *machine)
{
	struct lookup *lookup = firstAnswered();
	if (!lookup) return;
	xsBeginHost(machine);
	xsmcVars(2);
	xsVar(0) = lookup->callback;
	xsForget(lookup->callback);
	char text[IP4ADDR_STRLEN_MAX];
	if (!ip_addr_isany(&lookup->address)) xsmcSetString(xsVar(1), ip4addr_ntoa_r(&lookup->address, text, sizeof text));
	lookup->state = unused;
	xsCallFunction1(xsVar(0), xsUndefined, xsVar(1));
	xsEndHost(machine);
	machineRunJobs(machine);
}
