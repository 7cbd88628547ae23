// Measurements for programs that run on an XS board (measure.ts).

#include "xsmc.h"
#include "board.h"
#include "machine.h"

/** processorTime(): milliseconds of processor time, with a fraction. */
void xs_processor_time(xsMachine *the)
{
	xsmcSetNumber(xsResult, board_processor_milliseconds());
}

/** memory(): an array in the order of measure.ts. */
void xs_memory(xsMachine *the)
{
	const MachineUse use = machine_use(the);
	const double values[] = {
		use.chunks,
		use.chunks_peak,
		use.slots,
		use.slots_peak,
		use.slot_bytes,
		use.stack_peak,
		use.stack_count,
		(double)use.reserved,
		(double)use.ceiling,
		use.keys,
	};
	enum { COUNT = sizeof values / sizeof *values };
	xsmcVars(1);
	xsmcSetNewArray(xsResult, COUNT);
	for (int i = 0; i < COUNT; i++) {
		xsmcSetNumber(xsVar(0), values[i]);
		xsmcSetIndex(xsResult, i, xsVar(0));
	}
}

void xs_collect(xsMachine *the)
{
	machine_collect(the);
}

void xs_reset_peak(xsMachine *the)
{
	machine_reset_peak(the);
}

/** mark(): nothing. Whoever counts a program's instructions from outside sees the call. */
void xs_mark(xsMachine *the)
{
	(void)the;
}
