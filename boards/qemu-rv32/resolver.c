// lwIP's DNS client, with the server that DHCP named. A records only.

#include <string.h>
#include "lwip/dns.h"
#include "xsmc.h"
#include "machine.h"
#include "resolver.h"

enum { LOOKUP_LIMIT = DNS_TABLE_SIZE, NAME_LIMIT = 253 }; // RFC 1035 §2.3.4, as text

typedef struct {
	enum { UNUSED, ASKED, ANSWERED } state;
	ip_addr_t address; // any (0.0.0.0): there is no such name
	xsSlot callback;
} Lookup;

static Lookup lookups[LOOKUP_LIMIT];

#define EACH_LOOKUP(name) for (Lookup *name = lookups; name < lookups + LOOKUP_LIMIT; name++)

static void on_answer(const char *name, const ip_addr_t *address, void *context)
{
	(void)name;
	Lookup *lookup = context;
	if (address) lookup->address = *address;
	lookup->state = ANSWERED;
}

/** resolve(host, onResolved): calls back later with dotted IPv4, or undefined. */
void xs_resolve(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	const size_t length = strlen(name);
	if (length == 0 || length > NAME_LIMIT) xsRangeError("expected a name of 1 to %d bytes", NAME_LIMIT);
	if (!xsmcIsCallable(xsArg(1))) xsTypeError("expected a callback");
	Lookup *free = NULL;
	EACH_LOOKUP (lookup)
		if (lookup->state == UNUSED) free = lookup;
	if (!free) xsUnknownError("no look-up is free");

	*free = (Lookup){.state = ASKED, .callback = xsArg(1)};
	xsRemember(free->callback);
	ip_addr_t address;
	const err_t result = dns_gethostbyname(name, &address, on_answer, free);
	if (result == ERR_OK) on_answer(name, &address, free);
	else if (result != ERR_INPROGRESS) on_answer(name, NULL, free);
}

int resolver_count(void)
{
	int count = 0;
	EACH_LOOKUP (lookup)
		if (lookup->state != UNUSED) count++;
	return count;
}

static Lookup *first_answered(void)
{
	EACH_LOOKUP (lookup)
		if (lookup->state == ANSWERED) return lookup;
	return NULL;
}

bool resolver_has_answers(void)
{
	return first_answered() != NULL;
}

void resolver_run(xsMachine *machine)
{
	Lookup *lookup = first_answered();
	if (!lookup) return;
	xsBeginHost(machine);
	xsmcVars(2);
	xsVar(0) = lookup->callback;
	xsForget(lookup->callback);
	char text[IP4ADDR_STRLEN_MAX];
	if (!ip_addr_isany(&lookup->address)) xsmcSetString(xsVar(1), ip4addr_ntoa_r(&lookup->address, text, sizeof text));
	lookup->state = UNUSED;
	xsCallFunction1(xsVar(0), xsUndefined, xsVar(1));
	xsEndHost(machine);
	machine_run_jobs(machine);
}
