// memset, memcpy and memmove by words, as a chip's ROM has them: picolibc's for rv32imc go byte by byte. The engine
// clears each function's variables and moves chunks with them.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

// Without this the compiler would turn the loops into calls of the functions that they are.
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#pragma GCC optimize("O2")

static inline int isAligned(uintptr_t address)
{
	return address % sizeof(word) == 0;
}

void *memset(void *start, int value, size_t bytes)
{
	uint8_t *to = start;
	while (bytes && !isAligned((uintptr_t)to)) {
		*to++ = (uint8_t)value;
		bytes--;
	}
	const word pattern = (uint8_t)value * 0x01010101u;
	for (; bytes >= 4 * sizeof(word); bytes -= 4 * sizeof(word), to += 4 * sizeof(word)) {
		((word *)to)[0] = pattern;
		((word *)to)[1] = pattern;
		((word *)to)[2] = pattern;
		((word *)to)[3] = pattern;
	}
	while (bytes--) *to++ = (uint8_t)value;
	return start;
}

/** From the lowest byte on: also right where the areas overlap and `target` is the lower one. */
static inline void copyUp(uint8_t *to, const uint8_t *from, size_t bytes)
{
	if (isAligned((uintptr_t)to ^ (uintptr_t)from)) {
		while (bytes && !isAligned((uintptr_t)to)) {
			*to++ = *from++;
			bytes--;
		}
		for (; bytes >= sizeof(word); bytes -= sizeof(word), to += sizeof(word), from += sizeof(word))
			*(word *)to = *(const word *)from;
	}
	while (bytes--) *to++ = *from++;
}

void *memcpy(void *restrict target, const void *restrict source, size_t bytes)
{
	copyUp(target, source, bytes);
	return target;
}

void *memmove(void *target, const void *source, size_t bytes)
{
	uint8_t *to = target;
	const uint8_t *from = source;
	if ((uintptr_t)to - (uintptr_t)from >= bytes) copyUp(to, from, bytes);
	else {
		const int together = isAligned((uintptr_t)to ^ (uintptr_t)from);
		while (bytes && !(together && isAligned((uintptr_t)(to + bytes)))) {
			bytes--;
			to[bytes] = from[bytes];
		}
		for (; bytes >= sizeof(word); bytes -= sizeof(word))
			*(word *)(to + bytes - sizeof(word)) = *(const word *)(from + bytes - sizeof(word));
		while (bytes--) to[bytes] = from[bytes];
	}
	return target;
}
