// Ends that only this board has, beside boards/xs/exit-codes.h.
#ifndef BATON_FATAL
#define BATON_FATAL

enum {
	EXIT_TRAP = 7, // the processor's: an access to nothing or to what is protected, an illegal instruction
	EXIT_STACK = 8, // the C stack
	EXIT_HARDWARE = 9, // a device that is missing or does not answer
	EXIT_NETWORK = 10, // an assertion of lwIP
};

/** Prints one line and ends the run. */
void fatal(int code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

#endif
