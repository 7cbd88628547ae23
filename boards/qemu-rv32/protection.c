// Entries of the PMP (RISC-V privileged architecture 1.12, §3.7) that are locked apply to machine mode as well; all
// else stays allowed. Each is a naturally aligned power of two (NAPOT).

#include <stddef.h>
#include <stdint.h>
#include "csr.h"
#include "memory-map.h"
#include "protection.h"

enum { readable = 0x01, napot = 0x18, locked = 0x80 };
enum { guardShift = 0, programShift = 8, rootShift = 16 }; // the entries' bytes in pmpcfg0

extern uint8_t stackGuard[]; // virt.ld

static uint32_t region(const void *start, size_t bytes)
{
	return (uint32_t)((uintptr_t)start >> 2 | ((bytes >> 3) - 1));
}

void protectionStart(void)
{
	csrWrite(pmpaddr0, region(stackGuard, 4096));
	csrWrite(pmpaddr1, region(programRegion, programMost));
	csrWrite(pmpcfg0, (uint32_t)(locked | napot) << guardShift | (uint32_t)(locked | napot | readable) << programShift);
}

void protectionSealRoot(void)
{
	csrWrite(pmpaddr2, region(rootRegion, rootBytes));
	csrWrite(pmpcfg0, csrRead(pmpcfg0) | (uint32_t)(locked | napot | readable) << rootShift);
}
