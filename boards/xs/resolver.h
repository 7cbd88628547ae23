// Name look-ups for the machine: A records only. The natives, their checks and the callbacks are in resolver.c; a
// board's DNS client starts a look-up and says its answer.
#ifndef BATON_RESOLVER
#define BATON_RESOLVER

#include <stdbool.h>
#include "xs.h"

enum {
	LOOKUP_LIMIT = 8, // at a time
	NAME_LIMIT = 253, // RFC 1035 §2.3.4, as text
	ADDRESS_LIMIT = 15, // dotted IPv4, as text
	ANSWER_LIMIT = 4 * (ADDRESS_LIMIT + 1) - 1, // four addresses, with a space between
};

/** Some look-up has not called back. */
bool resolver_is_busy(void);

/** Some look-up is answered and has not called back. */
bool resolver_has_answers(void);

/** Calls back the first that is answered, with the promise jobs after it. */
void resolver_run(xsMachine *machine);

/** The board's: starts look-up `number`. `name` goes with the call. False: no more can be started. */
bool lookup_start(int number, const char *name);

/** The board says what it found: addresses with a space between, or NULL if there is no such name. From `lookup_start` or `board_wait`. */
void resolver_answer(int number, const char *addresses);

#endif
