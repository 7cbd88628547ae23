// The XS machine of a board, in an arena of fixed size: chunks grow from its bottom, slots and the stack from its
// top, as on an ESP32; where they meet is the end of memory. Outside the arena: the table of keys, the lists of
// sockets and timers, and the parser, which a device does not have.

#include <stdio.h>
#include "xsAll.h"
#include "board.h"
#include "exit-codes.h"
#include "machine.h"

static struct {
	uint8_t *bottom, *low, *high, *top;
} arena;

enum {
	STACK_PAINT = 0xA5,
	LEAST_STACK = 256,
	MOST_STACK = 4096, // slots; a bundle keeps the variables of all its modules there
	BUILT_IN_SLOTS = 3800, // what the built-ins take; they are not counted in the shares
	LEAST_SLOTS = 64,
	MOST_SLOTS = 65536, // at creation: each collection sweeps them all
	MOST_CHUNKS = 32 << 20, // bytes, at creation
	LEAST_STEP = 1024, // bytes
};

static int share(size_t bytes, size_t least, size_t most)
{
	size_t bounded = bytes < least ? least : bytes > most ? most : bytes;
	return (int)(bounded & ~(size_t)15);
}

const char *machine_engine(void)
{
	static char engine[24];
	snprintf(engine, sizeof engine, "XS %d.%d.%d", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
	return engine;
}

static txMachine *create(const MachineSizes *sizes)
{
	arena.bottom = arena.low = sizes->arena;
	arena.top = arena.high = arena.bottom + (sizes->bytes & ~(size_t)15);

	// Room for the built-ins, and shares of the rest. Steps are small so that the last of the arena is not wasted.
	const size_t slot = sizeof(txSlot);
	const size_t built_ins = sizes->root ? 0 : BUILT_IN_SLOTS * slot;
	const size_t spare = sizes->bytes > built_ins ? sizes->bytes - built_ins : 0;
	const int step = share(sizes->bytes / 128, LEAST_STEP, 4 << 20);
	txCreation creation = {
		.initialChunkSize = sizes->chunk_bytes ? sizes->chunk_bytes : share(spare / 4, LEAST_STEP, MOST_CHUNKS),
		.incrementalChunkSize = sizes->fixed ? 0 : step,
		.initialHeapCount =
			sizes->slot_count ? sizes->slot_count : share(spare / 8 * 3 / slot, LEAST_SLOTS, MOST_SLOTS),
		.incrementalHeapCount = sizes->fixed ? 0 : step / (int)slot,
		.stackCount = sizes->stack_count ? sizes->stack_count : share(sizes->bytes / 8 / slot, LEAST_STACK, MOST_STACK),
		.initialKeyCount = 1536,
		.incrementalKeyCount = 256,
		.nameModulo = 997,
		.symbolModulo = 127,
		.parserBufferSize = sizes->parser_bytes,
		.parserTableModulo = 1993,
	};
	if (sizes->root) creation.initialKeyCount = creation.incrementalKeyCount = 64; // names made while it runs
	txMachine *the = sizes->root ? fxCloneMachine(&creation, sizes->root, "baton", NULL)
								 : fxCreateMachine(&creation, "baton", NULL, XS_NO_ID);
	if (!the) { // only without an abort: the C heap is exhausted
		fprintf(stderr, "XS: no machine\n");
		board_end(EXIT_MEMORY);
	}
	machine_reset_peak(the);
	return the;
}

xsMachine *machine_create(const MachineSizes *sizes)
{
	xsMachine *machine = create(sizes);
	if (!sizes->root) natives_install(machine, false);
	return machine;
}

/** A global object notes what was found where, in a table of its own. One that is only read cannot: plain it becomes. */
static void make_global_plain(txMachine *the)
{
	txSlot *global = mxGlobal.value.reference;
	if (global->next->kind != XS_GLOBAL_KIND) return;
	global->flag &= (txFlag)~XS_EXOTIC_FLAG;
	global->next = global->next->next;
}

/** Says of a value in a chunk that its chunk is no collector's business. */
static void make_constant(txSlot *slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	case XS_REGEXP_KIND: slot->value.regexp.data = NULL; break; // then each match takes memory of its own
	case XS_ARRAY_KIND:
		for (txIndex i = 0; i < fxGetIndexSize(NULL, slot); i++) make_constant(slot->value.array.address + i);
		break;
	default: break;
	}
}

/** A machine that copies a value of the root's must not take the root's chunk for one of its own. */
static void make_values_constant(txMachine *the)
{
	for (txSlot *heap = the->firstHeap; heap; heap = heap->next)
		for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++) make_constant(slot);
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++) make_constant(slot);
}

xsMachine *machine_create_root(void *memory, size_t bytes, void (*prepare)(xsMachine *machine))
{
	xsMachine *root = create(&(MachineSizes){.arena = memory, .bytes = bytes});
	natives_install(root, true);
	prepare(root);
	make_global_plain(root);
	fxShareMachine(root);
	make_values_constant(root);
	return root;
}

void machine_run_jobs(xsMachine *machine)
{
	txMachine *the = fxBeginHost(machine);
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
	}
	fxCheckUnhandledRejections(the, 1);
	fxEndHost(the);
}

/**
 * Slots from the top of the stack to the lowest one that lost its paint. The scan goes down from what is in use now: XS
 * takes the stack's bottom as scratch memory when it turns numbers into text.
 */
static int stack_peak(txMachine *the)
{
	enum { GAP = 16 }; // slots in a row that nobody wrote: below them nothing was pushed
	const uint8_t *lowest = (uint8_t *)the->stack;
	const uint8_t *scan = lowest;
	while (scan > (uint8_t *)the->stackBottom && lowest - scan < GAP * (int)sizeof(txSlot)) {
		if (*--scan != STACK_PAINT) lowest = scan;
	}
	return (int)(((uint8_t *)the->stackTop - lowest + sizeof(txSlot) - 1) / sizeof(txSlot));
}

MachineUse machine_use(xsMachine *the)
{
	return (MachineUse){
		.chunks = the->currentChunksSize,
		.chunks_peak = the->peakChunksSize,
		.slots = the->currentHeapCount,
		.slots_peak = the->peakHeapCount,
		.slot_bytes = sizeof(txSlot),
		.stack_peak = stack_peak(the),
		.stack_count = (int)(the->stackTop - the->stackBottom),
		.reserved = (size_t)(arena.low - arena.bottom) + (size_t)(arena.top - arena.high),
		.ceiling = (size_t)(arena.top - arena.bottom),
		.keys = the->keyIndex,
	};
}

void machine_reset_peak(xsMachine *the)
{
	the->peakChunksSize = the->currentChunksSize;
	the->peakHeapCount = the->currentHeapCount;
	memset(the->stackBottom, STACK_PAINT, (uint8_t *)the->stack - (uint8_t *)the->stackBottom);
}

void machine_collect(xsMachine *the)
{
	fxCollectGarbage(the);
}

void machine_delete(xsMachine *the)
{
	fxDeleteMachine(the);
}

// What XS asks of its platform

void fxCreateMachinePlatform(txMachine *the)
{
	the->promiseJobs = 0;
}

void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}

/** XS checks only some of these for NULL, so the end of the arena ends the program here. */
static void require_room(txMachine *the, txSize count, size_t each)
{
	const size_t room = (size_t)(arena.high - arena.low);
	if (count < 0 || (size_t)count > room / each) fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
}

void *fxAllocateChunks(txMachine *the, txSize bytes)
{
	require_room(the, bytes, 1);
	void *chunks = arena.low;
	arena.low += bytes;
	return chunks;
}

txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
	require_room(the, count, sizeof(txSlot));
	arena.high -= (size_t)count * sizeof(txSlot);
	return (txSlot *)arena.high;
}

void fxFreeChunks(txMachine *the, void *chunks)
{
	(void)the, (void)chunks; // the arena goes as a whole
}

void fxFreeSlots(txMachine *the, void *slots)
{
	(void)the, (void)slots;
}

void fxQueuePromiseJobs(txMachine *the)
{
	the->promiseJobs = 1;
}

/** The exception with its stack, or what it is turned into by toString. */
static void describe_exception(txMachine *the)
{
	const txJump *thrown_to = the->firstJump;
	if (thrown_to) { // what XS does where it catches, and leaves out where it aborts
		the->stack = thrown_to->stack;
		the->scope = thrown_to->scope;
		the->frame = thrown_to->frame;
		the->code = thrown_to->code;
	}
	fxBeginHost(the);
	mxTry(the)
	{
		mxPush(mxException);
		if (mxIsReference(the->stack)) {
			mxDub();
			mxGetID(mxID(_stack));
			if (mxIsUndefined(the->stack)) mxPop();
		}
		fprintf(stderr, "XS: %s\n", fxToString(the, the->stack));
	}
	mxCatch(the)
	{
		fprintf(stderr, "XS: an exception that cannot be described\n");
	}
}

void fxAbort(txMachine *the, int status)
{
	static bool describing;
	switch (status) {
	case XS_UNHANDLED_EXCEPTION_EXIT:
	case XS_UNHANDLED_REJECTION_EXIT:
		if (!describing) {
			describing = true;
			describe_exception(the);
		}
		board_end(EXIT_UNCAUGHT);
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		if (describing) fprintf(stderr, "XS: an exception that there is no memory to describe\n");
		fprintf(stderr, "XS: memory full: %zu bytes are not enough\n", (size_t)(arena.top - arena.bottom));
		board_end(EXIT_MEMORY);
	case XS_STACK_OVERFLOW_EXIT: fprintf(stderr, "XS: stack overflow\n"); board_end(EXIT_ENGINE);
	case XS_NO_MORE_KEYS_EXIT: fprintf(stderr, "XS: no more keys\n"); board_end(EXIT_ENGINE);
	default: fprintf(stderr, "XS: gave up, status %d\n", status); board_end(EXIT_ENGINE);
	}
}
