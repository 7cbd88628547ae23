// A plugin of QEMU's that counts the instructions of a run, from outside: by C function and by the function of the
// program's that was running in XS. count.ts builds it, writes what it reads and reads what it writes.
//
// C functions are known by their addresses. Where XS is in the program the interpreter itself tells: bytecode lies in
// flash and is run in place, so each of its reads there is of the function that it is running. All that follows, native
// functions, built-ins, the collector, counts for that function until the next such read.
//
//   qemu … -plugin plugin.so,map=FILE,counts=FILE
//
// The map, a word and numbers a line: `c ADDRESS` begins a C function, `js ADDRESS FUNCTION` a stretch of FUNCTION's
// bytecode (0 is none), each kind in the order of addresses; then by the numbers of C functions `interpreter N`,
// `outside N` (no function of the program's is running while this one is), and `mark N` (its call ends a window).
// The counts, for each window: `window`, then `count FUNCTION C INSTRUCTIONS`, and `calls FUNCTION TIMES`.

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "qemu-plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_VERSION;

/** From `start` on, until the next one. */
typedef struct {
	uint32_t start, function;
	bool is_first; // of the function's
} Stretch;

typedef struct {
	Stretch *list;
	size_t count;
} Stretches;

static Stretches c_code, bytecode;
static uint32_t interpreter, mark;
static uint32_t outside[8], outside_count;

static uint32_t function_count; // of the program's, with 0
static uint64_t *cells; // [function of the program's][C function]
static uint64_t *calls; // [function of the program's]
static uint32_t current; // function of the program's
static FILE *counts;

static void fail(const char *why)
{
	fprintf(stderr, "the counting plugin: %s\n", why);
	exit(1);
}

static void append(Stretches *stretches, Stretch stretch)
{
	if (stretches->count % 1024 == 0) {
		stretches->list = realloc(stretches->list, (stretches->count + 1024) * sizeof(Stretch));
		if (!stretches->list) fail("no memory");
	}
	stretches->list[stretches->count++] = stretch;
}

/** The last stretch that begins at `address` or before; NULL if there is none. */
static const Stretch *find(const Stretches *stretches, uint64_t address)
{
	size_t low = 0, high = stretches->count;
	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (stretches->list[middle].start <= address) low = middle + 1;
		else high = middle;
	}
	return low ? &stretches->list[low - 1] : NULL;
}

static void read_map(const char *path)
{
	FILE *map = fopen(path, "r");
	if (!map) fail("no map");
	char word[16];
	uint32_t number;
	while (fscanf(map, "%15s %" SCNu32, word, &number) == 2) {
		if (!strcmp(word, "c")) append(&c_code, (Stretch){number, (uint32_t)c_code.count, true});
		else if (!strcmp(word, "js")) {
			uint32_t function;
			if (fscanf(map, "%" SCNu32, &function) != 1) fail("a map without functions");
			const bool is_first = function >= function_count; // functions are numbered by their starts
			append(&bytecode, (Stretch){number, function, is_first});
			if (is_first) function_count = function + 1;
		} else if (!strcmp(word, "interpreter")) interpreter = number;
		else if (!strcmp(word, "mark")) mark = number;
		else if (!strcmp(word, "outside") && outside_count < 8) outside[outside_count++] = number;
		else fail("an unknown word in the map");
	}
	fclose(map);
	if (!c_code.count || !bytecode.count) fail("an empty map");
}

static void end_window(void)
{
	fprintf(counts, "window\n");
	for (uint32_t function = 0; function < function_count; function++) {
		if (calls[function]) fprintf(counts, "calls %" PRIu32 " %" PRIu64 "\n", function, calls[function]);
		const uint64_t *row = cells + function * c_code.count;
		for (size_t c = 0; c < c_code.count; c++)
			if (row[c]) fprintf(counts, "count %" PRIu32 " %zu %" PRIu64 "\n", function, c, row[c]);
	}
	memset(cells, 0, function_count * c_code.count * sizeof *cells);
	memset(calls, 0, function_count * sizeof *calls);
}

/** A block of instructions, as QEMU translates and runs them. */
typedef struct {
	uint32_t c;
	bool ends_window, is_outside;
	uint32_t count;
	uint32_t addresses[]; // of its instructions
} Block;

static const Block *under_way; // it has begun and not been counted

static void add(const Block *block, uint32_t instructions)
{
	cells[current * c_code.count + block->c] += instructions;
}

/**
 * QEMU leaves a block before its end where an instruction in it reaches a device: it runs that instruction by itself,
 * without calling plugins, and goes on with a block that begins after it.
 */
static void count_what_was_left(uint32_t next)
{
	uint32_t done = 0;
	while (done < under_way->count && under_way->addresses[done] < next) done++;
	add(under_way, done);
}

static void begun(unsigned cpu, void *data)
{
	(void)cpu;
	const Block *block = data;
	if (under_way) count_what_was_left(block->addresses[0]);
	if (block->ends_window) end_window();
	if (block->is_outside) current = 0;
	under_way = block;
}

static void at_last_instruction(unsigned cpu, void *data)
{
	(void)cpu;
	const Block *block = data;
	add(block, block->count);
	under_way = NULL;
}

static void accessed(unsigned cpu, QemuPluginMemoryInfo info, uint64_t address, void *data)
{
	(void)cpu, (void)info, (void)data;
	if (address < bytecode.list[0].start || address >= bytecode.list[bytecode.count - 1].start) return;
	const Stretch *stretch = find(&bytecode, address);
	current = stretch->function;
	// A function's first byte is read when it is called, and at no other time: nothing jumps there.
	if (stretch->is_first && stretch->start == address) calls[current]++;
}

static void translated(QemuPluginId id, struct qemu_plugin_tb *tb)
{
	(void)id;
	const size_t count = qemu_plugin_tb_n_insns(tb);
	Block *block = calloc(1, sizeof *block + count * sizeof *block->addresses); // QEMU may run it until the end
	if (!block) fail("no memory");
	block->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		block->addresses[i] = (uint32_t)qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i));
	const Stretch *c = find(&c_code, block->addresses[0]);
	if (c) {
		block->c = c->function;
		block->ends_window = c->function == mark && c->start == block->addresses[0];
	}
	for (uint32_t i = 0; i < outside_count; i++) block->is_outside |= c && c->function == outside[i];

	qemu_plugin_register_vcpu_tb_exec_cb(tb, begun, QEMU_PLUGIN_CB_NO_REGS, block);
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
	qemu_plugin_register_vcpu_insn_exec_cb(last, at_last_instruction, QEMU_PLUGIN_CB_NO_REGS, block);
	if (!c || c->function != interpreter) return;
	// QEMU 7.2 calls for writes when it is asked for reads. Asked for both it is right, and nothing writes to bytecode.
	for (size_t i = 0; i < count; i++)
		qemu_plugin_register_vcpu_mem_cb(
			qemu_plugin_tb_get_insn(tb, i), accessed, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
}

static void exited(QemuPluginId id, void *data)
{
	(void)id, (void)data;
	end_window();
	if (fclose(counts)) fail("the counts cannot be written");
}

__attribute__((visibility("default"))) int qemu_plugin_install(
	QemuPluginId id, const void *info, int count, char **arguments)
{
	(void)info;
	for (int i = 0; i < count; i++) {
		if (!strncmp(arguments[i], "map=", 4)) read_map(arguments[i] + 4);
		else if (!strncmp(arguments[i], "counts=", 7)) counts = fopen(arguments[i] + 7, "w");
	}
	if (!c_code.count || !counts) fail("expected map=FILE,counts=FILE");
	cells = calloc(function_count * c_code.count, sizeof *cells);
	calls = calloc(function_count, sizeof *calls);
	if (!cells || !calls) fail("no memory");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, exited, NULL);
	return 0;
}
