// One-shot timers of an XS board: a small table, because a device's list of timers is short.

#include "xsmc.h"
#include "board.h"
#include "machine.h"
#include "timers.h"

enum { TIMER_LIMIT = 256 };

typedef struct {
	int32_t id; // 0: free
	uint64_t due, order; // equal dues run in the order in which they were set
	xsSlot callback;
} Timer;

static Timer timers[TIMER_LIMIT];
static int32_t last_id;
static uint64_t last_order;

static Timer *find(int32_t id)
{
	for (Timer *timer = timers; timer < timers + TIMER_LIMIT; timer++)
		if (timer->id == id) return timer;
	return NULL;
}

static Timer *first(void)
{
	Timer *first = NULL;
	for (Timer *timer = timers; timer < timers + TIMER_LIMIT; timer++) {
		if (!timer->id) continue;
		if (!first || timer->due < first->due || (timer->due == first->due && timer->order < first->order))
			first = timer;
	}
	return first;
}

/** timerSet(callback, milliseconds): an id. Throws RangeError for a delay that a device could not count. */
void xs_timer_set(xsMachine *the)
{
	const xsNumberValue milliseconds = xsmcToNumber(xsArg(1));
	if (!(milliseconds >= 0 && milliseconds <= INT32_MAX)) xsRangeError("expected 0 to 2147483647 milliseconds");
	if (!xsmcIsCallable(xsArg(0))) xsTypeError("expected a callback");
	Timer *timer = find(0);
	if (!timer) xsUnknownError("no timer is free");
	do last_id = last_id == INT32_MAX ? 1 : last_id + 1;
	while (find(last_id));
	*timer = (Timer){
		.id = last_id,
		.due = board_milliseconds() + (uint64_t)milliseconds,
		.order = last_order++,
		.callback = xsArg(0),
	};
	xsRemember(timer->callback);
	xsmcSetInteger(xsResult, timer->id);
}

/** timerClear(id): what is not set, or has run, is ignored. */
void xs_timer_clear(xsMachine *the)
{
	const int32_t id = xsmcToInteger(xsArg(0));
	Timer *timer = id ? find(id) : NULL;
	if (!timer) return;
	xsForget(timer->callback);
	timer->id = 0;
}

int32_t timers_due_in(void)
{
	const Timer *timer = first();
	if (!timer) return -1;
	const uint64_t now = board_milliseconds();
	return timer->due <= now ? 0 : (int32_t)(timer->due - now);
}

void timers_run(xsMachine *machine)
{
	if (timers_due_in() != 0) return;
	Timer *timer = first();
	xsBeginHost(machine);
	xsmcVars(1);
	xsVar(0) = timer->callback;
	xsForget(timer->callback);
	timer->id = 0;
	xsCallFunction0(xsVar(0), xsUndefined);
	xsEndHost(machine);
	machine_run_jobs(machine);
}

void timers_clear(xsMachine *the)
{
	for (Timer *timer = timers; timer < timers + TIMER_LIMIT; timer++) {
		if (timer->id) xsForget(timer->callback);
		timer->id = 0;
	}
}
