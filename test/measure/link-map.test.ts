import { test } from "uvu";
import * as assert from "uvu/assert";
import { partsOf } from "../../measure/link-map.js";

const map = `Discarded input sections

 .text.gone     0x00000000       0x99 /b/engine-0a/sources-xsAPI.o

Linker script and memory map

.text           0x80000000      0x100
 *(.text .text.*)
 .text.fxTypeOf
                0x80000000       0x1a /b/engine-0a/sources-xsAPI.o
                0x80000000                fxTypeOf
 .text          0x8000001a       0x06 /b/lwip-1b/core-tcp.o
 .text.sha      0x80000020       0x10 /b/board-2c/c-sha256.o
 *fill*         0x80000030        0x2
 .text          0x80000032       0x20 /usr/lib/picolibc/libc.a(libc_string_memcpy.c.o)

.data           0x80001000       0x08
 .data          0x80001000       0x08 /b/board-2c/qemu-rv32-clock.o

.bss            0x80002000       0x24
 .bss           0x80002000       0x20 /b/board-2c/xs-flash.o
 COMMON         0x80002020       0x04 /b/board-2c/bytes-bytes.o

.noinit         0x80003000     0x1000
 .noinit        0x80003000     0x1000 /b/board-2c/qemu-rv32-memory.o
`;

test("what is linked counts for the part that it comes from: code and constants as flash, data as both", () => {
	assert.equal(partsOf(map), {
		XS: { flash: 0x1a, memory: 0 },
		lwIP: { flash: 6, memory: 0 },
		"crypto kernel": { flash: 0x10, memory: 0 },
		bytes: { flash: 0, memory: 4 },
		board: { flash: 8, memory: 0x28 },
		"C library": { flash: 0x20, memory: 0 },
	});
});

test("an object that is no part's is not passed over", () => {
	assert.throws(
		() => partsOf(map.replace("/b/board-2c/c-sha256.o", "/b/else.o")),
		/^link map: \/b\/else\.o is no part's$|is no part's/,
	);
});

test.run();
