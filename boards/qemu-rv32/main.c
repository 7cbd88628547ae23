// The qemu-rv32 board: one device on the real XS engine, on the instruction set and in the memory of an ESP32-C3.
//
// The console is the UART. Lines that start with `# ` are remarks: the first one names the engine and the memory
// ceiling, the last two say what was used. Exit codes are in boards/xs/exit-codes.h and in fatal.h.

#include <stdbool.h>
#include <stdio.h>
#include "board.h"
#include "clock.h"
#include "device.h"
#include "entropy.h"
#include "exit-codes.h"
#include "fatal.h"
#include "flash-cells.h"
#include "heap.h"
#include "loop.h"
#include "machine.h"
#include "memory-map.h"
#include "network.h"
#include "program-run.h"
#include "protection.h"
#include "run.h"
#include "stack.h"

static const Run *read_run(void)
{
	const Run *run = (const Run *)RUN_REGION;
	if (run->magic != RUN_MAGIC) fatal(EXIT_UNUSABLE, "there are no settings for this run");
	if (run->arena_bytes > ARENA_MOST || run->arena_bytes % 16)
		fatal(EXIT_UNUSABLE, "an arena of %lu bytes is not possible", (unsigned long)run->arena_bytes);
	return run;
}

/**
 * What a device's machine takes of a chip's arena at first, as a project's manifest says it to the SDK (`creation`): 48 KB
 * in all, in which a whole life fits. More room makes collections rarer, by 6 to 12 % of the instructions at most; what is
 * left of the arena is for what is out of the ordinary. Of a smaller arena it takes shares.
 */
enum { FIRST_CHUNKS = 9200, FIRST_SLOTS = 1920, STACK_SLOTS = 576 };

static bool is_preloaded;

static void prepare_root(xsMachine *root)
{
	program_intern(root);
	if (is_preloaded) program_run(root);
}

static void remark_use(xsMachine *machine)
{
	const MachineUse use = machine_use(machine);
	printf("# peak: chunks %d, slots %d = %d x %d, stack %d; reserved %u of %u bytes\n", use.chunks_peak,
		use.slots_peak * use.slot_bytes, use.slots_peak, use.slot_bytes, use.stack_peak * use.slot_bytes,
		(unsigned)use.reserved, (unsigned)use.ceiling);
	printf("# C stack %u of %u bytes, C heap %u of %u bytes\n", (unsigned)stack_peak(), (unsigned)stack_size(),
		(unsigned)heap_peak(), (unsigned)heap_size());
}

int main(void)
{
	protection_start();
	const Run *run = read_run();
	const size_t arena_bytes = run->arena_bytes ? run->arena_bytes : ARENA_DEFAULT;
	if (run->settings_bytes) device_settings(run->settings);
	printf("# %s, %u bytes\n", machine_engine(), (unsigned)arena_bytes);

	if (!entropy_start()) printf("# no source of randomness\n");
	if (!flash_cells_start(run->flash_word_microseconds)) printf("# no flash\n");
	if (!network_start()) printf("# no network\n");

	is_preloaded = run->preload;
	xsMachine *root = machine_create_root(ROOT_REGION, ROOT_BYTES, prepare_root);
	protection_seal_root();
	const bool is_device = is_preloaded && arena_bytes >= ARENA_DEFAULT;
	xsMachine *machine = machine_create(&(MachineSizes){
		.arena = ARENA_REGION,
		.bytes = arena_bytes,
		.chunk_bytes = run->first_chunks ? (int)run->first_chunks
			: is_device                  ? FIRST_CHUNKS
										 : 0,
		.slot_count = is_device ? FIRST_SLOTS : 0,
		.stack_count = is_preloaded ? STACK_SLOTS : 0,
		.root = root,
	});
	if (is_preloaded) program_start(machine);
	else program_run(machine);
	const int code = loop_run(machine);

	network_drain();
	remark_use(machine);
	board_end(code);
}
