// The program in `programRegion`.
#ifndef BATON_PROGRAM_RUN
#define BATON_PROGRAM_RUN

#include "xs.h"

/** Makes the program's names known, before any others. Ends the run if they do not fit this engine. */
void program_intern(xsMachine *machine);

/** Runs the program. An exception ends the run. */
void program_run(xsMachine *machine);

/** Calls the global function `start`. An exception ends the run. */
void program_start(xsMachine *machine);

#endif
