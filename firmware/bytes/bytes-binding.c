// The byte layer as XS host functions: c.ts has their shapes. Two of them make something, a buffer or a string, and take
// their pointers after that; the others allocate nothing.

#include "buffers.h"
#include "bytes.h"
#include <stdbool.h>
#include <string.h>

#define NATIVE(name, parameters) void name(xsMachine *the);
#include "natives.h"
#undef NATIVE

static bool is_given(xsMachine *the, int argument)
{
	return argument < xsmcArgc && xsmcTypeOf(xsArg(argument)) != xsUndefinedType;
}

/** An index from 0 to `limit`; `absent` where it is left out. */
static size_t index_argument(xsMachine *the, int argument, size_t limit, size_t absent)
{
	if (!is_given(the, argument)) return absent;
	xsIntegerValue value = xsmcToInteger(xsArg(argument));
	if (value < 0 || (size_t)value > limit) xsRangeError("expected an index up to %d, got %d", (int)limit, (int)value);
	return (size_t)value;
}

void xs_baton_bytes_are(xsMachine *the)
{
	Bytes bytes = readable(the, 0);
	xsmcSetBoolean(xsResult, baton_bytes_are(bytes.at, bytes.length, (uint8_t)xsmcToInteger(xsArg(1))));
}

// XS's strings are UTF-8, but NUL is C0 80.

void xs_baton_bytes_ascii(xsMachine *the)
{
	const uint8_t *text = (const uint8_t *)xsmcToString(xsArg(1));
	Bytes bytes = writable(the, 0);
	for (size_t i = 0; i < bytes.length; i++) {
		uint8_t character = *text++;
		if (character == 0xc0 && *text == 0x80) text++, character = 0;
		if (character > 0x7f) return xsmcSetFalse(xsResult);
		bytes.at[i] = character;
	}
	xsmcSetTrue(xsResult);
}

void xs_baton_bytes_compare(xsMachine *the)
{
	Bytes a = readable(the, 0), b = readable(the, 1);
	int order = memcmp(a.at, b.at, a.length < b.length ? a.length : b.length);
	xsmcSetInteger(xsResult, order ? order : (int)a.length - (int)b.length);
}

void xs_baton_bytes_copy(xsMachine *the)
{
	Bytes target = writable(the, 0), source = readable(the, 2);
	size_t offset = index_argument(the, 1, target.length, 0);
	if (source.length > target.length - offset)
		xsRangeError("expected at most %d bytes, got %d", (int)(target.length - offset), (int)source.length);
	memmove(target.at + offset, source.at, source.length);
}

void xs_baton_bytes_crc32(xsMachine *the)
{
	Bytes bytes = readable(the, 0);
	uint32_t before = is_given(the, 1) ? (uint32_t)xsmcToInteger(xsArg(1)) : 0;
	xsmcSetInteger(xsResult, (int32_t)baton_bytes_crc32(bytes.at, bytes.length, before));
}

void xs_baton_bytes_der_end(xsMachine *the)
{
	Bytes bytes = readable(the, 0);
	size_t end = index_argument(the, 2, bytes.length, 0), start = index_argument(the, 1, end, 0);
	int32_t length = baton_bytes_der_end(bytes.at + start, end - start, (uint8_t)xsmcToInteger(xsArg(3)));
	xsmcSetInteger(xsResult, length < 0 ? length : (int32_t)start + length);
}

void xs_baton_bytes_der_identifier(xsMachine *the)
{
	Bytes bytes = readable(the, 0);
	size_t end = index_argument(the, 2, bytes.length, 0), start = index_argument(the, 1, end, 0);
	xsmcSetBoolean(xsResult, baton_bytes_der_identifier(bytes.at + start, end - start));
}

void xs_baton_bytes_equal(xsMachine *the)
{
	Bytes a = readable(the, 0), b = readable(the, 1);
	xsmcSetBoolean(xsResult, a.length == b.length && memcmp(a.at, b.at, a.length) == 0);
}

void xs_baton_bytes_equal_secrets(xsMachine *the)
{
	Bytes a = readable(the, 0), b = readable(the, 1);
	xsmcSetBoolean(xsResult, a.length == b.length && baton_bytes_equal_secrets(a.at, b.at, a.length));
}

static Bytes element(xsMachine *the, int index)
{
	void *data;
	xsUnsignedValue length;
	xsmcGetIndex(xsVar(0), xsArg(0), (xsIndex)index);
	xsmcGetBufferReadable(xsVar(0), &data, &length);
	return (Bytes){data, length};
}

void xs_baton_bytes_join(xsMachine *the)
{
	int count = xsmcToInteger(xsArg(1));
	size_t length = 0;
	xsmcVars(1);
	for (int i = 0; i < count; i++) length += element(the, i).length;
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)length);
	uint8_t *to = xsmcToArrayBuffer(xsResult);
	for (int i = 0; i < count; i++) {
		Bytes part = element(the, i);
		memcpy(to, part.at, part.length);
		to += part.length;
	}
}

/** Whether the character takes two bytes in XS's strings. */
static bool is_long(uint8_t character)
{
	return character == 0 || character > 0x7f;
}

void xs_baton_bytes_latin1(xsMachine *the)
{
	size_t length = readable(the, 0).length;
	size_t end = index_argument(the, 2, length, length), start = index_argument(the, 1, end, 0);
	size_t size = end - start;
	const uint8_t *from = readable(the, 0).at;
	for (size_t i = start; i < end; i++) size += is_long(from[i]);
	xsmcSetStringBuffer(xsResult, NULL, (xsIntegerValue)size);
	from = readable(the, 0).at;
	uint8_t *to = (uint8_t *)xsmcToString(xsResult);
	for (size_t i = start; i < end; i++) {
		if (is_long(from[i])) *to++ = 0xc0 | from[i] >> 6;
		*to++ = is_long(from[i]) ? 0x80 | (from[i] & 0x3f) : from[i];
	}
}

void xs_baton_bytes_span(xsMachine *the)
{
	Bytes bytes = readable(the, 0);
	size_t start = index_argument(the, 1, bytes.length, 0);
	uint8_t *set = expect(the, "set", readable(the, 2), 32);
	xsmcSetInteger(xsResult, (int)(start + baton_bytes_span(bytes.at + start, bytes.length - start, set)));
}
