// JavaScript's bytes as a host function of XS sees them. A pointer holds until something is allocated on XS's heap, since
// the collector moves buffers: whoever allocates takes it afterwards.
#ifndef BATON_BUFFERS_H
#define BATON_BUFFERS_H

#include "xsmc.h"
#include <stddef.h>
#include <stdint.h>

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
