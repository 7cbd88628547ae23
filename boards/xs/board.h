// What the C code that all XS boards share asks of each board.
#ifndef BATON_BOARD
#define BATON_BOARD

#include <stdint.h>

/** Milliseconds since some moment, monotonic. */
uint64_t board_milliseconds(void);

/** Milliseconds of work done by the processor for this program, for measurements; as fine as the board has them. */
double board_processor_milliseconds(void);

/** Ends the program at once, after what was printed is out. */
void board_end(int code) __attribute__((noreturn));

#endif
