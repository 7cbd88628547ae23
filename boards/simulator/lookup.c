// getaddrinfo(3) blocks, so each look-up has a thread, which touches nothing of the machine's: it gets a copy of the
// name and sends its answer down a pipe. Look-ups that still run when the program ends end with it.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lookup.h"
#include "resolver.h"

typedef struct {
	int number;
	char name[NAME_LIMIT + 1];
	char addresses[ANSWER_LIMIT + 1]; // empty: there is no such name
} Lookup;

static int answers[2] = {-1, -1};

static void *look_up(void *data)
{
	Lookup *lookup = data;
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
	if (getaddrinfo(lookup->name, NULL, &hints, &found) == 0 && found) {
		char *end = lookup->addresses;
		for (struct addrinfo *each = found; each; each = each->ai_next) {
			const size_t room = (size_t)(lookup->addresses + sizeof lookup->addresses - end);
			if (room < 1 + ADDRESS_LIMIT + 1) break;
			if (end > lookup->addresses) *end++ = ' ';
			inet_ntop(AF_INET, &((struct sockaddr_in *)each->ai_addr)->sin_addr, end, ADDRESS_LIMIT + 1);
			end += strlen(end);
		}
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

bool lookup_start(int number, const char *name)
{
	Lookup *lookup = open_pipe() ? calloc(1, sizeof *lookup) : NULL;
	if (!lookup) return false;
	lookup->number = number;
	strncpy(lookup->name, name, NAME_LIMIT);

	pthread_t thread;
	pthread_attr_t detached;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	const int error = pthread_create(&thread, &detached, look_up, lookup);
	pthread_attr_destroy(&detached);
	if (error) free(lookup);
	return !error;
}

int lookup_descriptor(void)
{
	return answers[0];
}

void lookup_take(void)
{
	Lookup *lookup;
	if (read(answers[0], &lookup, sizeof lookup) != sizeof lookup) return;
	resolver_answer(lookup->number, lookup->addresses[0] ? lookup->addresses : NULL);
	free(lookup);
}
