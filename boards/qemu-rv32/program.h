// A program as bytecode-compiler.c writes it and program.c runs it, in place.
#ifndef BATON_PROGRAM
#define BATON_PROGRAM

#include <stdint.h>

/** Little-endian. Then the names, each with the number that the code uses for it; then the code. */
typedef struct {
	uint32_t magic; // PROGRAM_MAGIC
	uint32_t engine; // XS's major, minor and patch version, a byte each
	uint32_t name_count;
	uint32_t name_bytes; // with padding to a multiple of 4
	uint32_t code_bytes;
	/** Each name: 2 bytes of number, then its text with a NUL. */
	uint8_t names[];
} Program;

enum { PROGRAM_MAGIC = 0x43425358 }; // "XSBC"

#define PROGRAM_ENGINE (XS_MAJOR_VERSION << 16 | XS_MINOR_VERSION << 8 | XS_PATCH_VERSION)

#endif
