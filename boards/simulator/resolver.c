// getaddrinfo(3) blocks, so each look-up has a thread, which touches nothing of the machine's: it gets a copy of the
// name and sends its answer down a pipe. A records only. Look-ups that still run when the program ends end with it.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "xsmc.h"
#include "machine.h"
#include "resolver.h"

enum {
	LOOKUP_LIMIT = 8, // at a time
	NAME_LIMIT = 253, // RFC 1035 §2.3.4, as text
};

typedef struct {
	xsSlot callback;
	char name[NAME_LIMIT + 1];
	char address[INET_ADDRSTRLEN]; // empty: there is no such name
} Lookup;

static int answers[2] = {-1, -1};
static int count;

static void *look_up(void *data)
{
	Lookup *lookup = data;
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
	if (getaddrinfo(lookup->name, NULL, &hints, &found) == 0 && found) {
		const struct sockaddr_in *address = (struct sockaddr_in *)found->ai_addr;
		inet_ntop(AF_INET, &address->sin_addr, lookup->address, sizeof lookup->address);
		freeaddrinfo(found);
	}
	// A pointer is far below PIPE_BUF: it is written as a whole.
	if (write(answers[1], &lookup, sizeof lookup) != sizeof lookup) abort();
	return NULL;
}

static bool open_pipe(void)
{
	if (answers[0] >= 0) return true;
	if (pipe(answers) < 0) return false;
	for (int i = 0; i < 2; i++) fcntl(answers[i], F_SETFD, FD_CLOEXEC);
	return true;
}

/** resolve(host, onResolved): calls back later with dotted IPv4, or undefined. */
void xs_resolve(xsMachine *the)
{
	const char *name = xsmcToString(xsArg(0));
	const size_t length = strlen(name);
	if (length == 0 || length > NAME_LIMIT) xsRangeError("expected a name of 1 to %d bytes", NAME_LIMIT);
	if (!xsmcIsCallable(xsArg(1))) xsTypeError("expected a callback");
	Lookup *lookup = count < LOOKUP_LIMIT && open_pipe() ? calloc(1, sizeof *lookup) : NULL;
	if (!lookup) xsUnknownError("no look-up is free");
	memcpy(lookup->name, name, length);
	lookup->callback = xsArg(1);

	pthread_t thread;
	pthread_attr_t detached;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	const int error = pthread_create(&thread, &detached, look_up, lookup);
	pthread_attr_destroy(&detached);
	if (error) {
		free(lookup);
		xsUnknownError("no look-up is free");
	}
	xsRemember(lookup->callback);
	count++;
}

int resolver_descriptor(void)
{
	return answers[0];
}

int resolver_count(void)
{
	return count;
}

void resolver_run(xsMachine *machine)
{
	Lookup *lookup;
	if (read(answers[0], &lookup, sizeof lookup) != sizeof lookup) return;
	count--;
	xsBeginHost(machine);
	xsmcVars(2);
	xsVar(0) = lookup->callback;
	xsForget(lookup->callback);
	if (lookup->address[0]) xsmcSetString(xsVar(1), lookup->address);
	free(lookup);
	xsCallFunction1(xsVar(0), xsUndefined, xsVar(1));
	xsEndHost(machine);
	machine_run_jobs(machine);
}
