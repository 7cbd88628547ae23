// The XS machine of a board: its arena, its end, its promise jobs, what it uses.
#ifndef BATON_MACHINE
#define BATON_MACHINE

#include <stdbool.h>
#include <stddef.h>
#include "xs.h"

typedef struct {
	/** The arena: all that the machine's chunks, slots and stack may ever take. Aligned to 16 bytes. */
	void *arena;
	size_t bytes;
	/** 0: shares of the arena that grow by small steps while there is room. */
	int chunk_bytes, slot_count;
	/** 0: a share of the arena. */
	int stack_count;
	/** Chunks and slots keep their first size (both must be given). */
	bool fixed;
	/** Bytes of the longest token of a script that the board parses; 0 where none is parsed. */
	int parser_bytes;
	/** The machine that holds the built-ins (`machine_create_root`); NULL: this one holds its own. */
	xsMachine *root;
} MachineSizes;

/** Engine and version, such as `XS 13.3.0`. */
const char *machine_engine(void);

/** A machine with its built-ins and the global `native`. Ends the program if they do not fit. */
xsMachine *machine_create(const MachineSizes *sizes);

/**
 * What an SDK's linker puts into flash: built-ins, native functions and what `prepare` makes, in an arena of their own,
 * which is not written to afterwards. Machines with this root take none of it from their arena.
 */
xsMachine *machine_create_root(void *arena, size_t bytes, void (*prepare)(xsMachine *machine));

/**
 * Runs promise jobs until there are none. A rejection that nobody has handled by then ends the program, as it does on
 * Node. Every callback into the machine is followed by this.
 */
void machine_run_jobs(xsMachine *machine);

/** In bytes unless it says otherwise; the peaks count from the creation or from `machine_reset_peak`. */
typedef struct {
	int chunks, chunks_peak; // the peaks include garbage that was not yet collected
	int slots, slots_peak; // count
	int slot_bytes; // of one slot
	int stack_peak, stack_count; // slots
	size_t reserved, ceiling; // of the arena
	int keys; // count; their table is outside the arena
} MachineUse;
MachineUse machine_use(xsMachine *machine);
void machine_reset_peak(xsMachine *machine);
void machine_collect(xsMachine *machine);

/** Frees what the machine took outside its arena. */
void machine_delete(xsMachine *machine);

/** natives.c. `all`: make the functions now, not when they are first asked for. */
void natives_install(xsMachine *machine, bool all);

#endif
