// A script is parsed here, because this machine has memory for it, but its bytecode and names stay outside the arena
// and are used in place: a device has them in flash.

#include <stdio.h>
#include "xsAll.h"
#include "xsScript.h"
#include "board.h"
#include "bytecode.h"
#include "exit-codes.h"
#include "script.h"

/** Turns the names that the code refers to by number into the machine's own identifiers. */
static void link_names(txMachine *the, txScript *script)
{
	txByte *name = script->symbolsBuffer;
	txID count;
	mxDecodeID(name, count);
	txID *ids = malloc(count * sizeof *ids);
	if (!ids) fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameX(the, (txString)name);
		name += strlen((char *)name) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	free(ids);
}

void script_run(xsMachine *machine, Script *kept, const char *path, const char *source, size_t bytes)
{
	xsBeginHost(machine);
	txScript *script = bytecode_parse(the, path, source, bytes, 0);
	if (!script) board_end(EXIT_UNCAUGHT);
	link_names(the, script);
	bytecode_keep_in_place(script->codeBuffer, script->codeSize);
	*kept = (Script){
		.code = script->codeBuffer,
		.names = script->symbolsBuffer,
		.code_bytes = (size_t)script->codeSize,
	};
	script->symbolsBuffer = NULL; // linked: the engine would free script and code when it has run
	txSlot *realm = mxProgram.value.reference->next->value.module.realm;
	fxRunScript(the, script, mxRealmGlobal(realm), C_NULL, mxRealmClosures(realm)->value.reference, C_NULL,
		mxProgram.value.reference);
	mxPop();
	free(script);
	xsEndHost(machine);
}

void script_free(Script *script)
{
	free(script->code);
	free(script->names);
}
