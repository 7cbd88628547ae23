// A script: parsed here, its bytecode run in place.
#ifndef BATON_SCRIPT
#define BATON_SCRIPT

#include <stddef.h>
#include "xs.h"

/** Bytecode and names; both must outlive the machine. */
typedef struct {
	void *code;
	void *names;
	size_t code_bytes;
} Script;

/** Parses `source` and runs it as a program. A syntax error or an exception ends the program. */
void script_run(xsMachine *machine, Script *script, const char *path, const char *source, size_t bytes);
void script_free(Script *script);

#endif
