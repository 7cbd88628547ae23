// What the kernel's XS host functions are made with. They allocate nothing on XS's heap, so the collector cannot run and
// the buffers' addresses stay good: results go into buffers that JavaScript made. Every length is checked in a binding,
// once, before anything is touched: RangeError, with what was expected. Included by the bindings only.
#ifndef BATON_BINDING_H
#define BATON_BINDING_H

#include "xsmc.h"
#include <stddef.h>
#include <stdint.h>

#define NATIVE(name, parameters) void name(xsMachine *the);
#include "natives.h"
#undef NATIVE

typedef struct {
	uint8_t *at;
	size_t length;
} Bytes;

static inline Bytes readable(xsMachine *the, int argument)
{
	void *data;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(argument), &data, &length);
	return (Bytes){data, length};
}

static inline Bytes writable(xsMachine *the, int argument)
{
	void *data;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(argument), &data, &length);
	return (Bytes){data, length};
}

static inline uint8_t *expect(xsMachine *the, const char *name, Bytes bytes, size_t length)
{
	if (bytes.length != length) xsRangeError("%s: expected %d bytes, got %d", name, (int)length, (int)bytes.length);
	return bytes.at;
}

#endif
