// The C stack: bounded (virt.ld), guarded (protection.c), painted (start.S).
#ifndef BATON_STACK
#define BATON_STACK

#include <stddef.h>

/** Bytes that were used at the deepest so far, and bytes there are. */
size_t stack_peak(void);
size_t stack_size(void);

#endif
