// A script is parsed here, because this machine has memory for it, but its bytecode and names stay outside the arena
// and are used in place: a device has them in flash.

#include <stdio.h>
#include "xsAll.h"
#include "xsScript.h"
#include "board.h"
#include "exit-codes.h"
#include "script.h"

extern void fxRemapIDs(txMachine *the, txByte *code, txSize bytes, txID *ids); // xsRun.c

static const char *parsed_path;
static bool parsed_wrong;

static void report_syntax_error(void *console, txString path, txInteger line, txString format, va_list arguments)
{
	(void)console, (void)path;
	fprintf(stderr, "XS: SyntaxError: %s:%d: ", parsed_path, (int)line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	parsed_wrong = true;
}

static txScript *parse(txMachine *the, const char *path, const char *source, size_t bytes)
{
	txParser parser_on_stack, *parser = &parser_on_stack;
	txParserJump jump;
	txStringCStream stream = {.buffer = (txString)source, .offset = 0, .size = (txSize)bytes};
	txScript *script = NULL;

	fxInitializeParser(parser, the, the->parserBufferSize, the->parserTableModulo);
	parsed_path = path;
	parser->reportError = report_syntax_error;
	parser->firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		fxParserTree(parser, &stream, fxStringCGetter, mxProgramFlag, NULL);
		fxParserHoist(parser);
		fxParserBind(parser);
		script = fxParserCode(parser);
	}
	fxTerminateParser(parser);
	if (!script || parsed_wrong) board_end(EXIT_UNCAUGHT); // the script that XS makes then would only throw it again
	return script;
}

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

/** Functions and strings that are to be copied into chunks become ones that are used where they are. */
static void keep_in_place(txByte *code, txSize bytes)
{
	const txByte *end = code + bytes;
	while (code < end) {
		const txU1 operation = *(txU1 *)code;
		switch (operation) {
		case XS_CODE_CODE_1: *code = (txByte)XS_CODE_CODE_ARCHIVE_1; break;
		case XS_CODE_CODE_2: *code = (txByte)XS_CODE_CODE_ARCHIVE_2; break;
		case XS_CODE_CODE_4: *code = (txByte)XS_CODE_CODE_ARCHIVE_4; break;
		case XS_CODE_STRING_1: *code = (txByte)XS_CODE_STRING_ARCHIVE_1; break;
		case XS_CODE_STRING_2: *code = (txByte)XS_CODE_STRING_ARCHIVE_2; break;
		case XS_CODE_STRING_4: *code = (txByte)XS_CODE_STRING_ARCHIVE_4; break;
		}
		// A positive size is the instruction's; 0: an identifier follows; -n: a length of n bytes and that many bytes.
		const txS1 size = gxCodeSizes[operation];
		if (size > 0) code += size;
		else if (size == 0) code += 1 + sizeof(txID);
		else if (size == -1) code += 2 + *(txU1 *)(code + 1);
		else if (size == -2) {
			txU2 length;
			code++;
			mxDecode2(code, length);
			code += length;
		} else {
			txS4 length;
			code++;
			mxDecode4(code, length);
			code += length;
		}
	}
}

void script_run(xsMachine *machine, Script *kept, const char *path, const char *source, size_t bytes)
{
	xsBeginHost(machine);
	txScript *script = parse(the, path, source, bytes);
	link_names(the, script);
	keep_in_place(script->codeBuffer, script->codeSize);
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
