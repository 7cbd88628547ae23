// What whoever starts QEMU hands over: command.ts writes it, main.c reads it.
#ifndef BATON_RUN
#define BATON_RUN

#include <stdint.h>

/** Little-endian; `settings` follow at once: JSON text of `settings_bytes`, then a NUL. */
typedef struct {
	uint32_t magic; // RUN_MAGIC
	uint32_t preload; // 1: run the program in the root, and call the function `start` that it leaves in the machine
	uint32_t arena_bytes; // multiple of 16; 0: arenaDefault
	uint32_t first_chunks; // bytes that the machine takes for chunks at first; 0: what the board says
	uint32_t flash_word_microseconds; // how long programming or erasing 4 bytes takes at least
	uint32_t settings_bytes; // 0: there are none
	char settings[];
} Run;

enum { RUN_MAGIC = 0x4E555242 }; // "BRUN"

#endif
