// What a board's program ends with when it is not the firmware that ends it (boards/start.ts has the same list).
#ifndef BATON_EXIT_CODES
#define BATON_EXIT_CODES

enum exitCode {
	exitUnusable = 2, // arguments, settings or flash images
	exitUncaught = 3, // an exception or a rejection that nothing caught
	exitMemory = 4, // the machine's memory ceiling
	exitEngine = 5, // the engine gave up: stack overflow and the like
	exitStalled = 6, // nothing left to wait for, and nobody called exit
	exitSignal = 128, // plus the signal's number
};

#endif
