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
static int end_code;
static int signal_pipe[2];

/** A signal writes its number here; a second one does what it always does. */
static void on_signal(int number)
{
	const unsigned char byte = (unsigned char)number;
	if (write(signal_pipe[1], &byte, 1) < 0) _exit(EXIT_SIGNAL + number);
}

void loop_prepare(void)
{
	if (pipe(signal_pipe) < 0) {
		perror("simulator: pipe");
		exit(EXIT_UNUSABLE);
	}
	for (int i = 0; i < 2; i++) {
		fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void loop_end(int code)
{
	if (!ending) end_code = code;
	ending = true;
}

bool loop_ending(void)
{
	return ending;
}

static void take_signal(void)
{
	unsigned char number;
	if (read(signal_pipe[0], &number, 1) == 1) loop_end(0); // ended as it was asked to
}

int loop_run(xsMachine *machine)
{
	enum { SIGNALS, LOOKUPS, SOCKETS };
	struct pollfd sources[SOCKETS + TCP_LIMIT];

	machine_run_jobs(machine);
	while (!ending) {
		int32_t wait = timers_due_in();
		if (tcp_has_events()) wait = 0;
		if (wait < 0 && !tcp_count() && !resolver_count()) {
			fprintf(stderr, "XS: nothing left to wait for\n");
			return EXIT_STALLED;
		}
		sources[SIGNALS] = (struct pollfd){.fd = signal_pipe[0], .events = POLLIN};
		sources[LOOKUPS] = (struct pollfd){.fd = resolver_descriptor(), .events = POLLIN};
		tcp_before_poll(sources + SOCKETS, &wait);
		if (poll(sources, SOCKETS + TCP_LIMIT, wait) < 0 && errno != EINTR) {
			perror("simulator: poll");
			return EXIT_UNUSABLE;
		}
		if (sources[SIGNALS].revents) take_signal();
		tcp_after_poll(sources + SOCKETS);
		// Each of these calls back and runs the promise jobs that this leaves; any callback may end the loop.
		if (!ending) timers_run(machine);
		if (!ending && sources[LOOKUPS].revents) resolver_run(machine);
		if (!ending) tcp_run(machine);
	}
	return end_code;
}
