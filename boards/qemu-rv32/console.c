// The console: a 16550 UART, and the C library's stdout and stderr on it.

#include <stdio.h>
#include "memory-map.h"

enum { lineStatus = 5, transmitterEmpty = 0x20 };

static int put(char character, FILE* file)
{
	(void)file;
	while (!(uart[lineStatus] & transmitterEmpty)) {}
	uart[0] = (uint8_t)character;
	return (unsigned char)character;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdin = &console;
FILE* const stdout = &console;
FILE* const stderr = &console;
