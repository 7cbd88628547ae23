#include <errno.h>
#include <stdint.h>
#include "heap.h"

static uint8_t heap[64 << 10] __attribute__((aligned(16), section(".noinit")));
static size_t taken; // malloc never gives back

/** What malloc grows by. */
void *sbrk(ptrdiff_t bytes)
{
	if (bytes < 0 ? (size_t)-bytes > taken : (size_t)bytes > sizeof heap - taken) {
		errno = ENOMEM;
		return (void *)-1;
	}
	void *end = heap + taken;
	taken += (size_t)bytes;
	return end;
}

size_t heap_peak(void)
{
	return taken;
}

size_t heap_size(void)
{
	return sizeof heap;
}
