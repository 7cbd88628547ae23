// Time since power-on, and sleep.
#ifndef BATON_CLOCK
#define BATON_CLOCK

#include <stdint.h>

uint64_t clock_microseconds(void);

/**
 * Instructions retired since power-on: exact, and the same in every run, under `-icount shift=0`. What was slept through
 * is not in it.
 */
uint64_t clock_instructions(void);

/** Sleeps until `microseconds` since power-on, or until a device interrupts. */
void clock_sleep_until(uint64_t microseconds);

#endif
