// Where things are on QEMU's `virt` machine, and how this board divides its RAM.
#ifndef BATON_MEMORY_MAP
#define BATON_MEMORY_MAP

#include <stdint.h>

// Devices (QEMU, hw/riscv/virt.c)
#define testDevice ((volatile uint32_t *)0x00100000)
#define clintTimeCompare ((volatile uint32_t *)0x02004000)
#define clintTime ((volatile uint32_t *)0x0200BFF8)
#define interruptController 0x0C000000u
#define uart ((volatile uint8_t *)0x10000000)
#define virtioFirst 0x10001000u
#define flashChips 0x22000000u // pflash unit 1

enum {
	virtioCount = 8,
	virtioBytes = 0x1000,
	flashBytes = 32 << 20,
};

// RAM, beside what virt.ld places from 0x80000000 on. The regions that stand for flash are powers of two in size and
// aligned to it, as their write protection (protection.c) needs.

/** Built-ins, native functions and the program's names, made at start and then only read: an SDK's preloaded slots. */
#define rootRegion ((uint8_t *)0x81000000)
enum { rootBytes = 1 << 20 };

/** The program's bytecode, run in place; put there by QEMU's loader. */
#define programRegion ((const uint8_t *)0x82000000)
enum { programMost = 32 << 20 };

/** What this run is to do (run.h); put there by QEMU's loader. */
#define runRegion ((const uint8_t *)0x84000000)

/** The machine's arena: its first bytes, as many as the run asks for. Only tests ask for more than the default. */
#define arenaRegion ((uint8_t *)0x90000000)
enum { arenaMost = 256 << 20, arenaDefault = 94208 }; // what the SDK gives XS on an ESP32-C3

#endif
