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

static const struct run *readRun(void)
{
	const struct run *run = (const struct run *)runRegion;
	if (run->magic != runMagic) fatal(exitUnusable, "there are no settings for this run");
	if (run->arenaBytes > arenaMost || run->arenaBytes % 16)
		fatal(exitUnusable, "an arena of %lu bytes is not possible", (unsigned long)run->arenaBytes);
	return run;
}

/**
 * What a device's machine takes of a chip's arena at first, as a project's manifest says it to the SDK (`creation`). More
 * room makes collections rarer; the rest is for what is out of the ordinary. Of a smaller arena it takes shares.
 */
enum { firstChunks = 12 << 10, firstSlots = 2560, stackSlots = 512 };

static bool isPreloaded;

static void prepareRoot(xsMachine *root)
{
	programIntern(root);
	if (isPreloaded) programRun(root);
}

static void remarkUse(xsMachine *machine)
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
	const struct run *run = readRun();
	const size_t arenaBytes = run->arenaBytes ? run->arenaBytes : arenaDefault;
	if (run->settingsBytes) deviceSettings(run->settings);
	printf("# %s, %u bytes\n", machineEngine(), (unsigned)arenaBytes);

	if (!entropyStart()) printf("# no source of randomness\n");
	if (!flashStart(run->flashWordMicroseconds)) printf("# no flash\n");
	if (!networkStart()) printf("# no network\n");

	isPreloaded = run->preload;
	xsMachine *root = machineCreateRoot(rootRegion, rootBytes, prepareRoot);
	protectionSealRoot();
	const bool isDevice = isPreloaded && arenaBytes >= arenaDefault;
	xsMachine *machine = machineCreate(&(struct machineSizes){
		.arena = arenaRegion,
		.bytes = arenaBytes,
		.chunkBytes = isDevice ? firstChunks : 0,
		.slotCount = isDevice ? firstSlots : 0,
		.stackCount = isPreloaded ? stackSlots : 0,
		.root = root,
	});
	if (isPreloaded) programStart(machine);
	else programRun(machine);
	const int code = loopRun(machine);

	networkDrain();
	remarkUse(machine);
	boardEnd(code);
}
