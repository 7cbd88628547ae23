// Measurements for programs that run on an XS board (measure.ts).

#include "xsmc.h"
#include "board.h"
#include "machine.h"

/** processorTime(): milliseconds of processor time, with a fraction. */
void xs_processor_time(xsMachine *the)
{
	xsmcSetNumber(xsResult, boardProcessorMilliseconds());
}

/** memory(): an array in the order of measure.ts. */
void xs_memory(xsMachine *the)
{
	const struct machineUse use = machineUse(the);
	const double values[] = {
		use.chunks,
		use.chunksPeak,
		use.slots,
		use.slotsPeak,
		use.slotBytes,
		use.stackPeak,
		use.stackCount,
		(double)use.reserved,
		(double)use.ceiling,
		use.keys,
	};
	enum { count = sizeof values / sizeof *values };
	xsmcVars(1);
	xsmcSetNewArray(xsResult, count);
	for (int i = 0; i < count; i++) {
		xsmcSetNumber(xsVar(0), values[i]);
		xsmcSetIndex(xsResult, i, xsVar(0));
	}
}

void xs_collect(xsMachine *the)
{
	machineCollect(the);
}

void xs_reset_peak(xsMachine *the)
{
	machineResetPeak(the);
}
