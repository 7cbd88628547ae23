// The console: a 16550 UART, and the C library's stdout and stderr on it.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "memory-map.h"

enum { lineStatus = 5, transmitterEmpty = 0x20 };

static void send(char character)
{
	while (!(uart[lineStatus] & transmitterEmpty)) {}
	uart[0] = (uint8_t)character;
}

static int put(char character, FILE *file)
{
	(void)file;
	send(character);
	return (unsigned char)character;
}

/** There is one wire for both: each line of the error output gets the mark that boards/start.ts looks for. */
static int putComplaint(char character, FILE *file)
{
	static bool inLine;
	if (!inLine) {
		for (const char *mark = "# ! "; *mark; mark++) send(*mark);
	}
	inLine = character != '\n';
	return put(character, file);
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
static FILE complaints = FDEV_SETUP_STREAM(putComplaint, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &complaints;
