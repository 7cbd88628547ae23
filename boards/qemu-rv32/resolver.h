// Name look-ups for the machine.
#ifndef BATON_RESOLVER
#define BATON_RESOLVER

#include <stdbool.h>
#include "xs.h"

/** Look-ups that have not called back. */
int resolver_count(void);

/** One of them is answered. */
bool resolver_has_answers(void);

/** Calls back the first that is answered, with the promise jobs after it. */
void resolver_run(xsMachine *machine);

#endif
