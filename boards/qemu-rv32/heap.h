// The C library's heap: the engine's tables of names, its number formatter, and nothing of the program's.
#ifndef BATON_HEAP
#define BATON_HEAP

#include <stddef.h>

/** Bytes that malloc has taken so far, and bytes there are. */
size_t heap_peak(void);
size_t heap_size(void);

#endif
