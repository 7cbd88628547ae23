// The qemu-rv32 board: one device on the real XS engine, on the instruction set and in the memory of an ESP32-C3.
//
// The console is the UART. Lines that start with `# ` are remarks: the first one names the engine and the memory
// ceiling, the last two say what was used. Exit codes are in boards/xs/exit-codes.h and in fatal.h.

#include <stdio.h>
#include "board.h"
#include "clock.h"
#include "device.h"
#include "entropy.h"
#include "exit-codes.h"
#include "fatal.h"
#include "flash.h"
#include "heap.h"
#include "loop.h"
#include "machine.h"
#include "memory-map.h"
#include "network.h"
#include "program-run.h"
#include "protection.h"
#include "run.h"
#include "stack.h"

static const struct run* readRun(void)
{
	const struct run* run = (const struct run*)runRegion;
	if (run->magic != runMagic) fatal(exitUnusable, "there are no settings for this run");
	if (run->arenaBytes > arenaMost || run->arenaBytes % 16) fatal(exitUnusable, "an arena of %lu bytes is not possible", (unsigned long)run->arenaBytes);
	return run;
}

static void remarkUse(xsMachine* machine)
{
	const struct machineUse use = machineUse(machine);
	printf("# peak: chunks %d, slots %d = %d x %d, stack %d; reserved %u of %u bytes\n", use.chunksPeak,
		use.slotsPeak * use.slotBytes, use.slotsPeak, use.slotBytes, use.stackPeak * use.slotBytes,
		(unsigned)use.reserved, (unsigned)use.ceiling);
	printf("# C stack %u of %u bytes, C heap %u of %u bytes\n", (unsigned)stackPeak(), (unsigned)stackSize(),
		(unsigned)heapPeak(), (unsigned)heapSize());
}

int main(void)
{
	protectionStart();
	const struct run* run = readRun();
	const size_t arenaBytes = run->arenaBytes ? run->arenaBytes : arenaDefault;
	if (run->settingsBytes) deviceSettings(run->settings);

	if (!entropyStart()) printf("# no source of randomness\n");
	if (!flashStart(run->flashWordMicroseconds)) printf("# no flash\n");
	if (!networkStart()) printf("# no network\n");

	xsMachine* root = machineCreateRoot(rootRegion, rootBytes, programIntern);
	protectionSealRoot();
	printf("# %s, %u bytes\n", machineEngine(), (unsigned)arenaBytes);
	xsMachine* machine = machineCreate(&(struct machineSizes){.arena = arenaRegion, .bytes = arenaBytes, .stackCount = 4096, .root = root});
	programRun(machine);
	const int code = loopRun(machine);

	networkDrain();
	remarkUse(machine);
	boardEnd(code);
}
