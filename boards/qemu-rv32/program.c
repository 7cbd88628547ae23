#include "xsAll.h"
#include "xsScript.h"
#include "exit-codes.h"
#include "fatal.h"
#include "memory-map.h"
#include "program.h"
#include "program-run.h"

static const Program *program(void)
{
	const Program *program = (const Program *)PROGRAM_REGION;
	const uint32_t room = PROGRAM_MOST - sizeof *program;
	if (program->magic != PROGRAM_MAGIC) fatal(EXIT_UNUSABLE, "there is no program at %p", (const void *)program);
	if (program->engine != PROGRAM_ENGINE) fatal(EXIT_UNUSABLE, "the program was compiled for another version of XS");
	if (program->name_bytes > room || program->code_bytes > room - program->name_bytes)
		fatal(EXIT_UNUSABLE, "the program is cut off");
	return program;
}

/** Numbers are given in turn, so the same names in the same order get the numbers that the compiler saw. */
void program_intern(xsMachine *machine)
{
	txMachine *the = (txMachine *)machine;
	const uint8_t *name = program()->names;
	for (uint32_t i = 0; i < program()->name_count; i++) {
		const txID expected = (txID)(name[0] | name[1] << 8);
		txString text = (txString)(name + 2);
		if (fxNewNameX(the, text) != expected) fatal(EXIT_UNUSABLE, "the program's names do not fit: %s", text);
		name = (const uint8_t *)text + strlen(text) + 1;
	}
}

void program_run(xsMachine *machine)
{
	xsBeginHost(machine);
	txScript script = {
		.codeBuffer = (txS1 *)program()->names + program()->name_bytes,
		.codeSize = (txSize)program()->code_bytes,
	};
	txSlot *realm = mxProgram.value.reference->next->value.module.realm;
	fxRunScript(the, &script, mxRealmGlobal(realm), C_NULL, mxRealmClosures(realm)->value.reference, C_NULL,
		mxProgram.value.reference);
	mxPop();
	xsEndHost(machine);
}

void program_start(xsMachine *machine)
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
