// The XS machine of a board: its arena, its end, its promise jobs, what it uses.
#ifndef BATON_MACHINE
#define BATON_MACHINE

#include <stdbool.h>
#include <stddef.h>
#include "xs.h"

struct machineSizes {
	/** The arena: all that the machine's chunks, slots and stack may ever take. Aligned to 16 bytes. */
	void *arena;
	size_t bytes;
	/** 0: shares of the arena that grow by small steps while there is room. */
	int chunkBytes, slotCount;
	/** 0: a share of the arena. */
	int stackCount;
	/** Chunks and slots keep their first size (both must be given). */
	bool fixed;
	/** Bytes of the longest token of a script that the board parses; 0 where none is parsed. */
	int parserBytes;
	/** The machine that holds the built-ins (`machineCreateRoot`); NULL: this one holds its own. */
	xsMachine *root;
};

/** Engine and version, such as `XS 13.3.0`. */
const char *machineEngine(void);

/** A machine with its built-ins and the global `native`. Ends the program if they do not fit. */
xsMachine *machineCreate(const struct machineSizes *sizes);

/**
 * What an SDK's linker puts into flash: built-ins, native functions and what `prepare` makes, in an arena of their own,
 * which is not written to afterwards. Machines with this root take none of it from their arena.
 */
xsMachine *machineCreateRoot(void *arena, size_t bytes, void (*prepare)(xsMachine *machine));

/**
 * Runs promise jobs until there are none. A rejection that nobody has handled by then ends the program, as it does on
 * Node. Every callback into the machine is followed by this.
 */
void machineRunJobs(xsMachine *machine);

/** In bytes unless it says otherwise; the peaks count from the creation or from `machineResetPeak`. */
struct machineUse {
	int chunks, chunksPeak; // the peaks include garbage that was not yet collected
	int slots, slotsPeak; // count
	int slotBytes; // of one slot
	int stackPeak, stackCount; // slots
	size_t reserved, ceiling; // of the arena
	int keys; // count; their table is outside the arena
};
struct machineUse machineUse(xsMachine *machine);
void machineResetPeak(xsMachine *machine);
void machineCollect(xsMachine *machine);

/** Frees what the machine took outside its arena. */
void machineDelete(xsMachine *machine);

/** natives.c. `all`: make the functions now, not when they are first asked for. */
void nativesInstall(xsMachine *machine, bool all);

#endif
