// A script: parsed here, its bytecode run in place.
#ifndef BATON_SCRIPT
#define BATON_SCRIPT

#include <stddef.h>
#include "xs.h"

/** Bytecode and names; both must outlive the machine. */
struct script {
	void *code;
	void *names;
	size_t codeBytes;
};

/** Parses `source` and runs it as a program. A syntax error or an exception ends the program. */
void scriptRun(xsMachine *machine, struct script *script, const char *path, const char *source, size_t bytes);
void scriptFree(struct script *script);

#endif
