#include <string.h>
#include "xsmc.h"
#include "machine.h"
#include "resolver.h"

typedef struct {
	enum { UNUSED, ASKED, ANSWERED } state;
	char addresses[ANSWER_LIMIT + 1]; // empty: there is no such name
	xsSlot callback;
} Lookup;

static Lookup lookups[LOOKUP_LIMIT];

#define EACH_LOOKUP(name) for (Lookup *name = lookups; name < lookups + LOOKUP_LIMIT; name++)

static Lookup *first(int state)
{
	EACH_LOOKUP (lookup)
		if ((int)lookup->state == state) return lookup;
	return NULL;
}

/** resolve(host, onResolved): calls back later with addresses, a space between, or undefined. */
void xs_resolve(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	const size_t length = strlen(name);
	if (length == 0 || length > NAME_LIMIT) xsRangeError("expected a name of 1 to %d bytes", NAME_LIMIT);
	if (!xsmcIsCallable(xsArg(1))) xsTypeError("expected a callback");
	Lookup *free = first(UNUSED);
	if (!free) xsUnknownError("no look-up is free");
	*free = (Lookup){.state = ASKED, .callback = xsArg(1)};
	if (!lookup_start((int)(free - lookups), name)) {
		free->state = UNUSED;
		xsUnknownError("no look-up is free");
	}
	xsRemember(free->callback);
}

void resolver_answer(int number, const char *addresses)
{
	Lookup *lookup = &lookups[number];
	if (addresses) strncpy(lookup->addresses, addresses, ANSWER_LIMIT);
	lookup->state = ANSWERED;
}

bool resolver_is_busy(void)
{
	return first(ASKED) || first(ANSWERED);
}

bool resolver_has_answers(void)
{
	return first(ANSWERED) != NULL;
}

void resolver_run(xsMachine *machine)
{
	Lookup *lookup = first(ANSWERED);
	if (!lookup) return;
	xsBeginHost(machine);
	xsmcVars(2);
	xsVar(0) = lookup->callback;
	xsForget(lookup->callback);
	if (lookup->addresses[0]) xsmcSetString(xsVar(1), lookup->addresses);
	lookup->state = UNUSED;
	xsCallFunction1(xsVar(0), xsUndefined, xsVar(1));
	xsEndHost(machine);
	machine_run_jobs(machine);
}
