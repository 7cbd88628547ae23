// The console: a 16550 UART, and the C library's stdout and stderr on it.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "memory-map.h"

enum { LINE_STATUS = 5, TRANSMITTER_EMPTY = 0x20 };

static void send(char character)
{
	while (!(UART[LINE_STATUS] & TRANSMITTER_EMPTY)) {}
	UART[0] = (uint8_t)character;
}

static int put(char character, FILE *file)
{
	(void)file;
	send(character);
	return (unsigned char)character;
}

/** There is one wire for both: each line of the error output gets the mark that boards/start.ts looks for. */
static int put_complaint(char character, FILE *file)
{
	static bool in_line;
	if (!in_line) {
		for (const char *mark = "# ! "; *mark; mark++) send(*mark);
	}
	in_line = character != '\n';
	return put(character, file);
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
static FILE complaints = FDEV_SETUP_STREAM(put_complaint, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &complaints;
