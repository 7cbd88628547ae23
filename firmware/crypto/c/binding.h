// What the kernel's XS host functions are made with. They allocate nothing on XS's heap, so the collector cannot run and
// the buffers' addresses stay good: results go into buffers that JavaScript made. Every length is checked in a binding,
// once, before anything is touched: RangeError, with what was expected. Included by the bindings only.
#ifndef BATON_BINDING_H
#define BATON_BINDING_H

#include "../../bytes/buffers.h"

#define NATIVE(name, parameters) void name(xsMachine *the);
#include "natives.h"
#undef NATIVE

#endif
