#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "board.h"
#include "connection-poll.h"
#include "exit-codes.h"
#include "lookup.h"
#include "loop.h"
#include "wait.h"

static int signal_pipe[2];

/** A signal writes its number here; a second one does what it always does. */
static void on_signal(int number)
{
	const unsigned char byte = (unsigned char)number;
	if (write(signal_pipe[1], &byte, 1) < 0) _exit(EXIT_SIGNAL + number);
}

void wait_prepare(void)
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

static void take_signal(void)
{
	unsigned char number;
	if (read(signal_pipe[0], &number, 1) == 1) loop_end(0); // ended as it was asked to
}

void board_wait(int32_t milliseconds)
{
	enum { SIGNALS, LOOKUPS, CONNECTIONS };
	struct pollfd sources[CONNECTIONS + CONNECTION_LIMIT];
	sources[SIGNALS] = (struct pollfd){.fd = signal_pipe[0], .events = POLLIN};
	sources[LOOKUPS] = (struct pollfd){.fd = lookup_descriptor(), .events = POLLIN};
	connections_before_poll(sources + CONNECTIONS, &milliseconds);
	if (poll(sources, CONNECTIONS + CONNECTION_LIMIT, milliseconds) < 0) {
		if (errno == EINTR) return;
		perror("simulator: poll");
		board_end(EXIT_UNUSABLE);
	}
	if (sources[SIGNALS].revents) take_signal();
	if (sources[LOOKUPS].revents) lookup_take();
	connections_after_poll(sources + CONNECTIONS);
}
