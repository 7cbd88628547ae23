// How a run ends: QEMU's test device turns a word into the exit code of its process.

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include "board.h"
#include "fatal.h"
#include "memory-map.h"

enum { testPass = 0x5555, testFail = 0x3333 };

extern uint8_t stackGuard[], stackBottom[]; // virt.ld

void boardEnd(int code)
{
	*testDevice = code ? (uint32_t)code << 16 | testFail : testPass;
	for (;;) __asm__ volatile("wfi");
}

void fatal(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	boardEnd(code);
}

/** From start.S, on the trap's stack. The causes are the privileged specification's (table 3.6). */
void trapEnd(uint32_t cause, uint32_t programCounter, uint32_t value, uint32_t returnAddress)
{
	static const char *const causes[] = {
		"misaligned instruction",
		"instruction access",
		"illegal instruction",
		"breakpoint",
		"misaligned load",
		"load access",
		"misaligned store",
		"store access",
	};
	if (cause > 3 && value >= (uintptr_t)stackGuard && value < (uintptr_t)stackBottom)
		fatal(exitStack, "C stack overflow at pc %08lx", (unsigned long)programCounter);
	fatal(exitTrap, "trap %lu (%s) at pc %08lx, value %08lx, ra %08lx", (unsigned long)cause,
		cause < sizeof causes / sizeof *causes ? causes[cause] : "other", (unsigned long)programCounter,
		(unsigned long)value, (unsigned long)returnAddress);
}

// What the C library calls

void _exit(int code)
{
	boardEnd(code);
}
