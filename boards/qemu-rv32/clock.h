// Time since power-on, and sleep.
#ifndef BATON_CLOCK
#define BATON_CLOCK

#include <stdint.h>

uint64_t clockMicroseconds(void);

/** Instructions retired since power-on: exact, and the same in every run, under `-icount shift=0`. */
uint64_t clockInstructions(void);

/** Sleeps until `microseconds` since power-on, or until a device interrupts. */
void clockSleepUntil(uint64_t microseconds);

#endif
