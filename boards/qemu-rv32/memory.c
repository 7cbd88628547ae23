// memset, memcpy and memmove by words, as a chip's ROM has them: picolibc's for rv32imc go byte by byte. The engine
// clears each function's variables and moves chunks with them.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) Word;

// Without this the compiler would turn the loops into calls of the functions that they are.
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#pragma GCC optimize("O2")

static inline int is_aligned(uintptr_t address)
{
	return address % sizeof(Word) == 0;
}

void *memset(void *start, int value, size_t bytes)
{
	uint8_t *to = start;
	while (bytes && !is_aligned((uintptr_t)to)) {
		*to++ = (uint8_t)value;
		bytes--;
	}
	const Word pattern = (uint8_t)value * 0x01010101u;
	for (; bytes >= 4 * sizeof(Word); bytes -= 4 * sizeof(Word), to += 4 * sizeof(Word)) {
		((Word *)to)[0] = pattern;
		((Word *)to)[1] = pattern;
		((Word *)to)[2] = pattern;
		((Word *)to)[3] = pattern;
	}
	while (bytes--) *to++ = (uint8_t)value;
	return start;
}

/** From the lowest byte on: also right where the areas overlap and `target` is the lower one. */
static inline void copy_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
	if (is_aligned((uintptr_t)to ^ (uintptr_t)from)) {
		while (bytes && !is_aligned((uintptr_t)to)) {
			*to++ = *from++;
			bytes--;
		}
		for (; bytes >= sizeof(Word); bytes -= sizeof(Word), to += sizeof(Word), from += sizeof(Word))
			*(Word *)to = *(const Word *)from;
	}
	while (bytes--) *to++ = *from++;
}

void *memcpy(void *restrict target, const void *restrict source, size_t bytes)
{
	copy_up(target, source, bytes);
	return target;
}

void *memmove(void *target, const void *source, size_t bytes)
{
	uint8_t *to = target;
	const uint8_t *from = source;
	if ((uintptr_t)to - (uintptr_t)from >= bytes) copy_up(to, from, bytes);
	else {
		const int together = is_aligned((uintptr_t)to ^ (uintptr_t)from);
		while (bytes && !(together && is_aligned((uintptr_t)(to + bytes)))) {
			bytes--;
			to[bytes] = from[bytes];
		}
		for (; bytes >= sizeof(Word); bytes -= sizeof(Word))
			*(Word *)(to + bytes - sizeof(Word)) = *(const Word *)(from + bytes - sizeof(Word));
		while (bytes--) to[bytes] = from[bytes];
	}
	return target;
}
