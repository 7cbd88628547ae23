// How a run ends: QEMU's test device turns a word into the exit code of its process.

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include "board.h"
#include "fatal.h"
#include "memory-map.h"

enum { TEST_PASS = 0x5555, TEST_FAIL = 0x3333 };

extern uint8_t stack_guard[], stack_bottom[]; // virt.ld

void board_end(int code)
{
	*TEST_DEVICE = code ? (uint32_t)code << 16 | TEST_FAIL : TEST_PASS;
	for (;;) __asm__ volatile("wfi");
}

void fatal(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	board_end(code);
}

/** From start.S, on the trap's stack. The causes are the privileged specification's (table 3.6). */
void trap_end(uint32_t cause, uint32_t program_counter, uint32_t value, uint32_t return_address)
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
	if (cause > 3 && value >= (uintptr_t)stack_guard && value < (uintptr_t)stack_bottom)
		fatal(EXIT_STACK, "C stack overflow at pc %08lx", (unsigned long)program_counter);
	fatal(EXIT_TRAP, "trap %lu (%s) at pc %08lx, value %08lx, ra %08lx", (unsigned long)cause,
		cause < sizeof causes / sizeof *causes ? causes[cause] : "other", (unsigned long)program_counter,
		(unsigned long)value, (unsigned long)return_address);
}

// What the C library calls

void _exit(int code)
{
	board_end(code);
}
