// What whoever starts QEMU hands over: command.ts writes it, main.c reads it.
#ifndef BATON_RUN
#define BATON_RUN

#include <stdint.h>

/** Little-endian; `settings` follow at once: JSON text of `settingsBytes`, then a NUL. */
struct run {
	uint32_t magic; // runMagic
	uint32_t preload; // 1: run the program in the root, and call the function `start` that it leaves in the machine
	uint32_t arenaBytes; // multiple of 16; 0: arenaDefault
	uint32_t flashWordMicroseconds; // how long programming or erasing 4 bytes takes at least
	uint32_t settingsBytes; // 0: there are none
	char settings[];
};

enum { runMagic = 0x4E555242 }; // "BRUN"

#endif
