// The event loop on poll(2).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "exit-codes.h"
#include "loop.h"
#include "machine.h"
#include "resolver.h"
#include "tcp.h"
#include "timers.h"

static bool ending;
static int endCode;
static int signalPipe[2];

/** A signal writes its number here; a second one does what it always does. */
static void onSignal(int number)
{
	const unsigned char byte = (unsigned char)number;
	if (write(signalPipe[1], &byte, 1) < 0) _exit(exitSignal + number);
}

void loopPrepare(void)
{
	if (pipe(signalPipe) < 0) {
		perror("simulator: pipe");
		exit(exitUnusable);
	}
	for (int i = 0; i < 2; i++) {
		fcntl(signalPipe[i], F_SETFL, O_NONBLOCK);
		fcntl(signalPipe[i], F_SETFD, FD_CLOEXEC);
	}
	struct sigaction action = {.sa_handler = onSignal, .sa_flags = (int)SA_RESETHAND};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void loopEnd(int code)
{
	if (!ending) endCode = code;
	ending = true;
}

bool loopEnding(void)
{
	return ending;
}

static void takeSignal(void)
{
	unsigned char number;
	if (read(signalPipe[0], &number, 1) == 1) loopEnd(0); // ended as it was asked to
}

int loopRun(xsMachine *machine)
{
	enum { signals, lookups, sockets };
	struct pollfd sources[sockets + tcpLimit];

	machineRunJobs(machine);
	while (!ending) {
		int32_t wait = timersDueIn();
		if (tcpHasEvents()) wait = 0;
		if (wait < 0 && !tcpCount() && !resolverCount()) {
			fprintf(stderr, "XS: nothing left to wait for\n");
			return exitStalled;
		}
		sources[signals] = (struct pollfd){.fd = signalPipe[0], .events = POLLIN};
		sources[lookups] = (struct pollfd){.fd = resolverDescriptor(), .events = POLLIN};
		tcpBeforePoll(sources + sockets, &wait);
		if (poll(sources, sockets + tcpLimit, wait) < 0 && errno != EINTR) {
			perror("simulator: poll");
			return exitUnusable;
		}
		if (sources[signals].revents) takeSignal();
		tcpAfterPoll(sources + sockets);
		// Each of these calls back and runs the promise jobs that this leaves; any callback may end the loop.
		if (!ending) timersRun(machine);
		if (!ending && sources[lookups].revents) resolverRun(machine);
		if (!ending) tcpRun(machine);
	}
	return endCode;
}
