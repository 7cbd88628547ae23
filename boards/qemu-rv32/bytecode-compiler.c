// Runs on the host: makes a program for the board from a script.
//
//   bytecode-compiler SCRIPT.js PROGRAM [FUNCTIONS]
//
// FUNCTIONS: the program's functions are listed there as well, a line each: its first byte in the program's code and the
// first after it, its line in the script (0: unknown) and its name.
//
// Parsing takes several times more memory than the board has, so the board has no parser. The script is parsed here by
// the same engine, its names get the numbers that they will have on the board (program.c checks that), and functions
// and strings that the engine would copy into chunks become ones that it uses where they are.

#include "xsAll.h"
#include "xsScript.h"
#include "bytecode.h"
#include "program.h"

enum { MOST_SCRIPT = 64 << 20 }; // bytes

static const char *script_path;

static void refuse(const char *path, const char *why)
{
	fprintf(stderr, "bytecode-compiler: %s: %s\n", path, why);
	exit(2);
}

static char *read_script(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	if (!file) refuse(path, strerror(errno));
	char *text = malloc(MOST_SCRIPT);
	if (!text) refuse(path, "no memory");
	*length = fread(text, 1, MOST_SCRIPT, file);
	if (ferror(file)) refuse(path, strerror(errno));
	if (*length == MOST_SCRIPT) refuse(path, "too long");
	fclose(file);
	return text;
}

static txScript *parse(txMachine *the, const char *source, size_t bytes, txUnsigned flags)
{
	txScript *script = bytecode_parse(the, script_path, source, bytes, flags);
	if (!script) exit(1);
	return script;
}

/** Turns the names that the code refers to by position into numbers of the engine's. Gives program.h's list. */
static uint8_t *link_names(txMachine *the, txScript *script, Program *header)
{
	txByte *name = script->symbolsBuffer;
	txID count;
	mxDecodeID(name, count);
	txID *ids = calloc(count, sizeof *ids);
	uint8_t *names = calloc(1, (size_t)script->symbolsSize + count * 2u + 4);
	if (!ids || !names) refuse(script_path, "no memory");
	uint8_t *end = names;
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		const size_t length = strlen((char *)name) + 1;
		ids[i] = fxNewNameC(the, (txString)name);
		*end++ = (uint8_t)ids[i];
		*end++ = (uint8_t)(ids[i] >> 8);
		memcpy(end, name, length);
		end += length;
		name += length;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	free(ids);
	header->name_count = (uint32_t)count - 1;
	header->name_bytes = (uint32_t)(end - names + 3) & ~3u;
	return names;
}

typedef struct {
	txSize start, end; // bytes of the code
	txU2 line;
	txID name;
} Function;

/** The functions in the order of their starts, the script itself first. Gives their count. */
static size_t find_functions(txScript *script, Function **functions)
{
	txByte *const start = script->codeBuffer, *const end = start + script->codeSize;
	Function *list = *functions = calloc((size_t)script->codeSize, sizeof *list); // more than there can be
	if (!list) refuse(script_path, "no memory");
	size_t count = 1;
	list[0] = (Function){.end = script->codeSize, .line = 1, .name = XS_NO_ID};
	txID name = XS_NO_ID;
	for (txByte *code = start; code < end; code = bytecode_after(code)) {
		txByte *operand = code + 1;
		txS4 bytes = 0;
		switch (*(txU1 *)code) {
		case XS_CODE_ASYNC_FUNCTION:
		case XS_CODE_ASYNC_GENERATOR_FUNCTION:
		case XS_CODE_CONSTRUCTOR_FUNCTION:
		case XS_CODE_FUNCTION:
		case XS_CODE_GENERATOR_FUNCTION: mxDecodeID(operand, name); break;
		case XS_CODE_LINE: // the first of a function is its own
			if (!list[count - 1].line) mxDecode2(operand, list[count - 1].line);
			break;
		case XS_CODE_CODE_1:
		case XS_CODE_CODE_ARCHIVE_1: bytes = *(txU1 *)operand; break;
		case XS_CODE_CODE_2:
		case XS_CODE_CODE_ARCHIVE_2: bytes = *(txU1 *)operand | *(txU1 *)(operand + 1) << 8; break;
		case XS_CODE_CODE_4:
		case XS_CODE_CODE_ARCHIVE_4: mxDecode4(operand, bytes); break;
		}
		if (!bytes) continue;
		const txSize first = (txSize)(bytecode_after(code) - start);
		list[count++] = (Function){.start = first, .end = first + bytes, .name = name};
	}
	return count;
}

/** `marked`: the same script, compiled with its lines: they are in no program, since each would be an operation. */
static void list_functions(txMachine *the, txScript *script, txScript *marked, const char *path)
{
	Function *functions, *lines;
	const size_t count = find_functions(script, &functions);
	if (find_functions(marked, &lines) != count) refuse(script_path, "the code with lines has other functions");
	FILE *file = fopen(path, "w");
	if (!file) refuse(path, strerror(errno));
	for (size_t i = 0; i < count; i++) {
		const char *name = functions[i].name == XS_NO_ID ? "" : fxName(the, functions[i].name);
		fprintf(file, "%d %d %d %s\n", (int)functions[i].start, (int)functions[i].end, lines[i].line, name ? name : "");
	}
	if (ferror(file) | fclose(file)) refuse(path, strerror(errno));
}

int main(int count, char **words)
{
	if (count < 3 || count > 4) refuse("arguments", "expected SCRIPT.js PROGRAM [FUNCTIONS]");
	script_path = words[1];
	size_t length;
	char *source = read_script(script_path, &length);
	txCreation creation = {
		.initialChunkSize = 4 << 20,
		.incrementalChunkSize = 1 << 20,
		.initialHeapCount = 65536,
		.incrementalHeapCount = 4096,
		.stackCount = 4096,
		.initialKeyCount = 8192,
		.incrementalKeyCount = 1024,
		.nameModulo = 1993,
		.symbolModulo = 127,
		.parserBufferSize = (txSize)length + 1024,
		.parserTableModulo = 1993,
	};
	txMachine *the = fxCreateMachine(&creation, "bytecode-compiler", NULL, XS_NO_ID);
	if (!the) refuse("XS", "no memory");

	fxNewNameC(the, "native"); // the board knows it before the program's names (boards/xs/natives.c)
	Program header = {.magic = PROGRAM_MAGIC, .engine = PROGRAM_ENGINE};
	txScript *script = parse(the, source, length, 0);
	uint8_t *names = link_names(the, script, &header);
	bytecode_keep_in_place(script->codeBuffer, script->codeSize);
	header.code_bytes = (uint32_t)script->codeSize;
	if (count == 4) list_functions(the, script, parse(the, source, length, mxDebugFlag), words[3]);

	FILE *file = fopen(words[2], "wb");
	if (!file) refuse(words[2], strerror(errno));
	fwrite(&header, sizeof header, 1, file);
	fwrite(names, 1, header.name_bytes, file);
	fwrite(script->codeBuffer, 1, header.code_bytes, file);
	if (ferror(file) | fclose(file)) refuse(words[2], strerror(errno));
	return 0;
}

// What XS asks of its platform: this program only parses, and ends with its process.

void *fxAllocateChunks(txMachine *the, txSize bytes)
{
	(void)the;
	return malloc((size_t)bytes);
}
void fxFreeChunks(txMachine *the, void *chunks)
{
	(void)the;
	free(chunks);
}
txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
	(void)the;
	return malloc((size_t)count * sizeof(txSlot));
}
void fxFreeSlots(txMachine *the, void *slots)
{
	(void)the;
	free(slots);
}
void fxCreateMachinePlatform(txMachine *the)
{
	(void)the;
}
void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}
void fxQueuePromiseJobs(txMachine *the)
{
	(void)the;
}
char *fxCStackLimit(void)
{
	return NULL;
}
uint32_t modMilliseconds(void)
{
	return 0;
}
txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)the, (void)stream, (void)getter, (void)flags;
	return NULL;
}

void fxAbort(txMachine *the, int status)
{
	(void)the;
	fprintf(stderr, "bytecode-compiler: %s: XS gave up, status %d\n", script_path, status);
	exit(1);
}
