// The simulator board: one device on the real XS engine, as one process.
//
//   simulator [--memory BYTES] [--flash FOLDER] [--settings FILE]
//             [--chunks BYTES --slots COUNT] [--stack COUNT] SCRIPT.js
//
// The console is standard output. Lines that start with `# ` are remarks: the first one names the engine and the
// memory ceiling, the last one says what was used of it. Exit codes are in boards/xs/exit-codes.h.

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "board.h"
#include "exit-codes.h"
#include "device.h"
#include "flash-files.h"
#include "loop.h"
#include "machine.h"
#include "script.h"
#include "tcp.h"
#include "timers.h"
#include "wait.h"

enum {
	DEFAULT_MEMORY = 4 << 20, // bytes
	DEFAULT_STACK = 4096, // slots, with heaps of fixed size
	MOST_SETTINGS = 64 << 10,
	MOST_SCRIPT = 256 << 20, // bytes
};

typedef struct {
	long memory, chunks, slots, stack;
	const char *flash, *settings, *script;
} Options;

static void refuse(const char *what, const char *why)
{
	fprintf(stderr, "simulator: %s: %s\n", what, why);
	exit(EXIT_UNUSABLE);
}

static long number(const char *name, const char *text)
{
	char *end;
	errno = 0;
	const long value = text ? strtol(text, &end, 10) : -1;
	if (!text || *end || end == text || errno || value < 1 || value > INT32_MAX)
		refuse(name, "expected 1 to 2147483647");
	return value;
}

static Options parse(int count, char **words)
{
	Options options = {0};
	for (int i = 1; i < count; i++) {
		const char *name = words[i];
		if (name[0] != '-') {
			if (options.script) refuse(name, "expected one script");
			options.script = name;
			continue;
		}
		const char *value = i + 1 < count ? words[++i] : NULL;
		if (!strcmp(name, "--memory")) options.memory = number(name, value);
		else if (!strcmp(name, "--chunks")) options.chunks = number(name, value);
		else if (!strcmp(name, "--slots")) options.slots = number(name, value);
		else if (!strcmp(name, "--stack")) options.stack = number(name, value);
		else if (!strcmp(name, "--flash")) options.flash = value;
		else if (!strcmp(name, "--settings")) options.settings = value;
		else refuse(name, "no such option");
		if (!value) refuse(name, "expected a value");
	}
	if (!options.script) refuse("script", "expected one");
	if (!options.chunks != !options.slots) refuse("--chunks, --slots", "expected both or none");
	if (!options.memory) {
		const long slots = options.slots + (options.stack ? options.stack : DEFAULT_STACK);
		options.memory = options.chunks ? options.chunks + slots * (long)sizeof(xsSlot) + 4096 : DEFAULT_MEMORY;
	}
	return options;
}

/** A whole text file with a NUL after it. */
static char *read_text(const char *path, size_t most, size_t *length)
{
	FILE *file = fopen(path, "rb");
	if (!file) refuse(path, strerror(errno));
	size_t count = 0, room = 4096;
	char *text = NULL;
	for (;;) {
		if (count + 1 >= room || !text) text = realloc(text, room *= 2);
		if (!text) refuse(path, strerror(errno));
		const size_t part = fread(text + count, 1, room - count - 1, file);
		count += part;
		if (count > most) refuse(path, "too long");
		if (part == 0) break;
	}
	if (ferror(file)) refuse(path, strerror(errno));
	fclose(file);
	text[count] = 0;
	if (strlen(text) != count) refuse(path, "a NUL in it");
	if (length) *length = count;
	return text;
}

/**
 * The arena's address is low where addresses have 32 bits: the engine adds sizes of up to 2^31 to pointers into it,
 * and these sums must not wrap.
 */
static void *map_arena(size_t bytes)
{
	void *wanted = (void *)(uintptr_t)0x10000000;
	void *arena = mmap(wanted, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED) refuse("--memory", strerror(errno));
	if ((uintptr_t)arena + bytes > UINTPTR_MAX - INT32_MAX) refuse("--memory", "no room at low addresses");
	return arena;
}

static void remark_use(xsMachine *machine)
{
	const MachineUse use = machine_use(machine);
	printf("# peak: chunks %d, slots %d = %d x %d, stack %d; reserved %zu of %zu bytes\n", use.chunks_peak,
		use.slots_peak * use.slot_bytes, use.slots_peak, use.slot_bytes, use.stack_peak * use.slot_bytes, use.reserved,
		use.ceiling);
}

int main(int count, char **words)
{
	const Options options = parse(count, words);
	size_t length;
	char *source = read_text(options.script, MOST_SCRIPT, &length);
	char *settings = options.settings ? read_text(options.settings, MOST_SETTINGS, NULL) : NULL;
	device_settings(settings);
	if (options.flash) flash_files_open(options.flash);
	wait_prepare();

	setvbuf(stdout, NULL, _IOLBF, 0);
	const size_t memory = (size_t)options.memory;
	void *arena = map_arena(memory);
	printf("# %s, %zu bytes\n", machine_engine(), memory);
	xsMachine *machine = machine_create(&(MachineSizes){
		.arena = arena,
		.bytes = memory,
		.chunk_bytes = (int)options.chunks,
		.slot_count = (int)options.slots,
		.stack_count = (int)options.stack,
		.fixed = options.chunks != 0,
		.parser_bytes = (int)length + 1024,
	});
	Script script;
	script_run(machine, &script, options.script, source, length);
	free(source);
	const int code = loop_run(machine);

	remark_use(machine);
	timers_clear(machine);
	tcp_clear(machine);
	machine_delete(machine);
	script_free(&script);
	munmap(arena, memory);
	free(settings);
	board_end(code);
}
