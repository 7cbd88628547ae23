// Scripts become bytecode where there is memory for it: on the simulator, and in the compiler of the qemu-rv32 board's
// programs. Included after xsAll.h and xsScript.h.
#ifndef BATON_BYTECODE
#define BATON_BYTECODE

#include <stddef.h>

/**
 * Parses a program. NULL: a syntax error, which was told. `flags`: more than mxProgramFlag; with mxDebugFlag the code says
 * which line it is of. The machine was created with a parser's buffer for the longest token.
 */
txScript *bytecode_parse(txMachine *the, const char *path, const char *source, size_t bytes, txUnsigned flags);

/** The next operation. A function's code stands behind the operation that makes it, so the way leads through all. */
txByte *bytecode_after(txByte *code);

/** Functions and strings that the engine would copy into chunks become ones that it uses where they are. */
void bytecode_keep_in_place(txByte *code, txSize bytes);

/** Of xsRun.c: the names that the code refers to by position get these numbers. */
extern void fxRemapIDs(txMachine *the, txByte *code, txSize bytes, txID *ids);

#endif
