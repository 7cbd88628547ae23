#include <stdint.h>
#include "stack.h"

extern uint32_t stackBottom[], stackTop[]; // virt.ld

enum {
	paint = (int)0xA5A5A5A5,
	// What a native function and what it calls may use below the engine's own frames: the crypto kernel's largest.
	nativeBytes = 4096,
};

size_t stackPeak(void)
{
	const uint32_t *word = stackBottom;
	while (word < stackTop && *word == (uint32_t)paint) word++;
	return (size_t)((uint8_t *)stackTop - (const uint8_t *)word);
}

size_t stackSize(void)
{
	return (size_t)((uint8_t *)stackTop - (uint8_t *)stackBottom);
}

/** XS asks where its own recursion has to stop. Below it there is room for natives, then the guard. */
char *fxCStackLimit(void)
{
	return (char *)stackBottom + nativeBytes;
}
