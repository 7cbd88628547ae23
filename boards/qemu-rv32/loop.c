#include <stdio.h>
#include "clock.h"
#include "exit-codes.h"
#include "loop.h"
#include "machine.h"
#include "network.h"
#include "resolver.h"
#include "tcp.h"
#include "timers.h"

enum { longestSleepMilliseconds = 60000 };

static bool ending;
static int endCode;

void loopEnd(int code)
{
	if (!ending) endCode = code;
	ending = true;
}

bool loopEnding(void)
{
	return ending;
}

/** Sleeps until something is due, or a frame arrives. */
static void waitForWork(void)
{
	if (tcpHasEvents() || resolverHasAnswers()) return;
	const int32_t timer = timersDueIn();
	uint32_t wait = networkDueIn();
	if (timer >= 0 && (uint32_t)timer < wait) wait = (uint32_t)timer;
	if (wait > longestSleepMilliseconds) wait = longestSleepMilliseconds;
	if (wait) clockSleepUntil(clockMicroseconds() + wait * 1000ull);
}

int loopRun(xsMachine *machine)
{
	machineRunJobs(machine);
	while (!ending) {
		if (timersDueIn() < 0 && !tcpCount() && !resolverCount()) {
			fprintf(stderr, "XS: nothing left to wait for\n");
			return exitStalled;
		}
		waitForWork();
		networkPoll();
		// Each of these calls back and runs the promise jobs that this leaves; any callback may end the loop.
		if (!ending) timersRun(machine);
		if (!ending) resolverRun(machine);
		if (!ending) tcpRun(machine);
	}
	return endCode;
}
