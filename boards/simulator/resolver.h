// Name look-ups for the machine.
#ifndef BATON_RESOLVER
#define BATON_RESOLVER

#include "xs.h"

/** Starts without look-ups; -1 as a descriptor until the first one. */
int resolver_descriptor(void);

/** Look-ups that have not been called back. */
int resolver_count(void);

/** Calls back one look-up that has ended. */
void resolver_run(xsMachine *machine);

#endif
