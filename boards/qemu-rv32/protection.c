// Entries of the PMP (RISC-V privileged architecture 1.12, §3.7) that are locked apply to machine mode as well; all
// else stays allowed. Each is a naturally aligned power of two (NAPOT).

#include <stddef.h>
#include <stdint.h>
#include "csr.h"
#include "memory-map.h"
#include "protection.h"

enum { READABLE = 0x01, NAPOT = 0x18, LOCKED = 0x80 };
enum { GUARD_SHIFT = 0, PROGRAM_SHIFT = 8, ROOT_SHIFT = 16 }; // the entries' bytes in pmpcfg0

extern uint8_t stack_guard[]; // virt.ld

static uint32_t region(const void *start, size_t bytes)
{
	return (uint32_t)((uintptr_t)start >> 2 | ((bytes >> 3) - 1));
}

void protection_start(void)
{
	CSR_WRITE(pmpaddr0, region(stack_guard, 4096));
	CSR_WRITE(pmpaddr1, region(PROGRAM_REGION, PROGRAM_MOST));
	CSR_WRITE(
		pmpcfg0, (uint32_t)(LOCKED | NAPOT) << GUARD_SHIFT | (uint32_t)(LOCKED | NAPOT | READABLE) << PROGRAM_SHIFT);
}

void protection_seal_root(void)
{
	CSR_WRITE(pmpaddr2, region(ROOT_REGION, ROOT_BYTES));
	CSR_WRITE(pmpcfg0, CSR_READ(pmpcfg0) | (uint32_t)(LOCKED | NAPOT | READABLE) << ROOT_SHIFT);
}
