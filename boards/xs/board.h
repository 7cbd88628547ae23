// What the C code that all XS boards share asks of each board, beside its flash (flash.h), its TCP (connection.h) and
// its DNS client (resolver.h).
#ifndef BATON_BOARD
#define BATON_BOARD

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Milliseconds since some moment, monotonic. */
uint64_t board_milliseconds(void);

/** Milliseconds of work done by the processor for this program, for measurements; as fine as the board has them. */
double board_processor_milliseconds(void);

/** Fills all of `bytes`. False: the source of randomness fails; the contents are then not to be used. */
bool board_random(uint8_t *bytes, size_t count);

/**
 * Sleeps for so long (-1: until something comes), or until something comes from the network; then takes what has come.
 * It calls nothing back into the machine. Anything that asks the loop to end may end the sleep.
 */
void board_wait(int32_t milliseconds);

/** Ends the program at once, after what was printed is out. */
void board_end(int code) __attribute__((noreturn));

#endif
