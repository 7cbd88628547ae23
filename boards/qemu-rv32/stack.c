#include <stdint.h>
#include "stack.h"

extern uint32_t stack_bottom[], stack_top[]; // virt.ld

enum {
	PAINT = (int)0xA5A5A5A5,
	// What a native function and what it calls may use below the engine's own frames: the crypto kernel's largest.
	NATIVE_BYTES = 4608,
};

size_t stack_peak(void)
{
	const uint32_t *word = stack_bottom;
	while (word < stack_top && *word == (uint32_t)PAINT) word++;
	return (size_t)((uint8_t *)stack_top - (const uint8_t *)word);
}

size_t stack_size(void)
{
	return (size_t)((uint8_t *)stack_top - (uint8_t *)stack_bottom);
}

/** XS asks where its own recursion has to stop. Below it there is room for natives, then the guard. */
char *fxCStackLimit(void)
{
	return (char *)stack_bottom + NATIVE_BYTES;
}
