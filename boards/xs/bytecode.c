#include <stdio.h>
#include "xsAll.h"
#include "xsScript.h"
#include "bytecode.h"

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

txScript *bytecode_parse(txMachine *the, const char *path, const char *source, size_t bytes, txUnsigned flags)
{
	txParser parser_on_stack, *parser = &parser_on_stack;
	txParserJump jump;
	txStringCStream stream = {.buffer = (txString)source, .offset = 0, .size = (txSize)bytes};
	txScript *script = NULL;

	fxInitializeParser(parser, the, the->parserBufferSize, the->parserTableModulo);
	parsed_path = path;
	parsed_wrong = false;
	parser->reportError = report_syntax_error;
	parser->firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		fxParserTree(parser, &stream, fxStringCGetter, mxProgramFlag, NULL);
		parser->flags |= flags;
		if (flags & mxDebugFlag) parser->source = fxNewParserSymbol(parser, (txString)path);
		fxParserHoist(parser);
		fxParserBind(parser);
		script = fxParserCode(parser);
	}
	fxTerminateParser(parser);
	return parsed_wrong ? NULL : script; // the script that XS makes of an error would only throw it again
}

txByte *bytecode_after(txByte *code)
{
	// A positive size is the operation's; 0: a name's number follows; -n: a length of n bytes and that many bytes.
	const txS1 size = gxCodeSizes[*(txU1 *)code];
	if (size > 0) return code + size;
	if (size == 0) return code + 1 + sizeof(txID);
	if (size == -1) return code + 2 + *(txU1 *)(code + 1);
	code++;
	if (size == -2) {
		txU2 length;
		mxDecode2(code, length);
		return code + length;
	}
	txS4 length;
	mxDecode4(code, length);
	return code + length;
}

void bytecode_keep_in_place(txByte *code, txSize bytes)
{
	for (const txByte *end = code + bytes; code < end; code = bytecode_after(code)) {
		switch (*(txU1 *)code) {
		case XS_CODE_CODE_1: *code = (txByte)XS_CODE_CODE_ARCHIVE_1; break;
		case XS_CODE_CODE_2: *code = (txByte)XS_CODE_CODE_ARCHIVE_2; break;
		case XS_CODE_CODE_4: *code = (txByte)XS_CODE_CODE_ARCHIVE_4; break;
		case XS_CODE_STRING_1: *code = (txByte)XS_CODE_STRING_ARCHIVE_1; break;
		case XS_CODE_STRING_2: *code = (txByte)XS_CODE_STRING_ARCHIVE_2; break;
		case XS_CODE_STRING_4: *code = (txByte)XS_CODE_STRING_ARCHIVE_4; break;
		}
	}
}
