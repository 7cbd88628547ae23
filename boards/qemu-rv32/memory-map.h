// Where things are on QEMU's `virt` machine, and how this board divides its RAM.
#ifndef BATON_MEMORY_MAP
#define BATON_MEMORY_MAP

#include <stdint.h>

// Devices (QEMU, hw/riscv/virt.c)
#define TEST_DEVICE ((volatile uint32_t *)0x00100000)
#define CLINT_TIME_COMPARE ((volatile uint32_t *)0x02004000)
#define CLINT_TIME ((volatile uint32_t *)0x0200BFF8)
#define INTERRUPT_CONTROLLER 0x0C000000u
#define UART ((volatile uint8_t *)0x10000000)
#define VIRTIO_FIRST 0x10001000u
#define FLASH_CHIPS 0x22000000u // pflash unit 1

enum {
	VIRTIO_COUNT = 8,
	VIRTIO_BYTES = 0x1000,
	FLASH_BYTES = 32 << 20,
};

// RAM, beside what virt.ld places from 0x80000000 on. The regions that stand for flash are powers of two in size and
// aligned to it, as their write protection (protection.c) needs.

/** Built-ins, native functions and the program's names, made at start and then only read: an SDK's preloaded slots. */
#define ROOT_REGION ((uint8_t *)0x81000000)
enum { ROOT_BYTES = 1 << 20 };

/** The program's bytecode, run in place; put there by QEMU's loader. */
#define PROGRAM_REGION ((const uint8_t *)0x82000000)
enum { PROGRAM_MOST = 32 << 20 };

/** What this run is to do (run.h); put there by QEMU's loader. */
#define RUN_REGION ((const uint8_t *)0x84000000)

/** The machine's arena: its first bytes, as many as the run asks for. Only tests ask for more than the default. */
#define ARENA_REGION ((uint8_t *)0x90000000)
enum { ARENA_MOST = 256 << 20, ARENA_DEFAULT = 94208 }; // what the SDK gives XS on an ESP32-C3

#endif
