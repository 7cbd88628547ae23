#include "xsAll.h"
#include "xsScript.h"
#include "exit-codes.h"
#include "fatal.h"
#include "memory-map.h"
#include "program.h"
#include "program-run.h"

static const struct program *program(void)
{
	const struct program *program = (const struct program *)programRegion;
	const uint32_t room = programMost - sizeof *program;
	if (program->magic != programMagic) fatal(exitUnusable, "there is no program at %p", (const void *)program);
	if (program->engine != programEngine) fatal(exitUnusable, "the program was compiled for another version of XS");
	if (program->nameBytes > room || program->codeBytes > room - program->nameBytes)
		fatal(exitUnusable, "the program is cut off");
	return program;
}

/** Numbers are given in turn, so the same names in the same order get the numbers that the compiler saw. */
void programIntern(xsMachine *machine)
{
	txMachine *the = (txMachine *)machine;
	const uint8_t *name = program()->names;
	for (uint32_t i = 0; i < program()->nameCount; i++) {
		const txID expected = (txID)(name[0] | name[1] << 8);
		txString text = (txString)(name + 2);
		if (fxNewNameX(the, text) != expected) fatal(exitUnusable, "the program's names do not fit: %s", text);
		name = (const uint8_t *)text + strlen(text) + 1;
	}
}

void programRun(xsMachine *machine)
{
	xsBeginHost(machine);
	txScript script = {
		.codeBuffer = (txS1 *)program()->names + program()->nameBytes,
		.codeSize = (txSize)program()->codeBytes,
	};
	txSlot *realm = mxProgram.value.reference->next->value.module.realm;
	fxRunScript(the, &script, mxRealmGlobal(realm), C_NULL, mxRealmClosures(realm)->value.reference, C_NULL,
		mxProgram.value.reference);
	mxPop();
	xsEndHost(machine);
}

void programStart(xsMachine *machine)
{
	xsBeginHost(machine);
	mxPush(mxGlobal);
	mxDub();
	fxGetID(the, fxID(the, "start"));
	mxCall();
	mxRunCount(0);
	mxPop();
	xsEndHost(machine);
}

/** eval, Function and the like: there is no parser, so every source is a syntax error. */
txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)the, (void)stream, (void)getter, (void)flags;
	return C_NULL;
}
