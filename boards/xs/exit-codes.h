// What a board's program ends with when it is not the firmware that ends it (boards/exit-code.ts has the same list).
#ifndef BATON_EXIT_CODES
#define BATON_EXIT_CODES

enum {
	EXIT_UNUSABLE = 2, // arguments, settings or flash images
	EXIT_UNCAUGHT = 3, // an exception or a rejection that nothing caught
	EXIT_MEMORY = 4, // the machine's memory ceiling
	EXIT_ENGINE = 5, // the engine gave up: stack overflow and the like
	EXIT_STALLED = 6, // nothing left to wait for, and nobody called exit
	EXIT_SIGNAL = 128, // plus the signal's number
};

#endif
