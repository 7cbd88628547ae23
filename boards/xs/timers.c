// One-shot timers of an XS board: a small table, because a device's list of timers is short.

#include "xsmc.h"
#include "board.h"
#include "machine.h"
#include "timers.h"

enum { timerLimit = 256 };

static struct timer {
	int32_t id; // 0: free
	uint64_t due, order; // equal dues run in the order in which they were set
	xsSlot callback;
} timers[timerLimit];
static int32_t lastId;
static uint64_t lastOrder;

static struct timer *find(int32_t id)
{
	for (struct timer *timer = timers; timer < timers + timerLimit; timer++)
		if (timer->id == id) return timer;
	return NULL;
}

static struct timer *first(void)
{
	struct timer *first = NULL;
	for (struct timer *timer = timers; timer < timers + timerLimit; timer++) {
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
	struct timer *timer = find(0);
	if (!timer) xsUnknownError("no timer is free");
	do lastId = lastId == INT32_MAX ? 1 : lastId + 1;
	while (find(lastId));
	*timer = (struct timer){
		.id = lastId,
		.due = boardMilliseconds() + (uint64_t)milliseconds,
		.order = lastOrder++,
		.callback = xsArg(0),
	};
	xsRemember(timer->callback);
	xsmcSetInteger(xsResult, timer->id);
}

/** timerClear(id): what is not set, or has run, is ignored. */
void xs_timer_clear(xsMachine *the)
{
	const int32_t id = xsmcToInteger(xsArg(0));
	struct timer *timer = id ? find(id) : NULL;
	if (!timer) return;
	xsForget(timer->callback);
	timer->id = 0;
}

int32_t timersDueIn(void)
{
	const struct timer *timer = first();
	if (!timer) return -1;
	const uint64_t now = boardMilliseconds();
	return timer->due <= now ? 0 : (int32_t)(timer->due - now);
}

void timersRun(xsMachine *machine)
{
	if (timersDueIn() != 0) return;
	struct timer *timer = first();
	xsBeginHost(machine);
	xsmcVars(1);
	xsVar(0) = timer->callback;
	xsForget(timer->callback);
	timer->id = 0;
	xsCallFunction0(xsVar(0), xsUndefined);
	xsEndHost(machine);
	machineRunJobs(machine);
}

void timersClear(xsMachine *the)
{
	for (struct timer *timer = timers; timer < timers + timerLimit; timer++) {
		if (timer->id) xsForget(timer->callback);
		timer->id = 0;
	}
}
