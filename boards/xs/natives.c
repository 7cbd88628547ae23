// The global function `native`: from a name to a host function (firmware/native.d.ts). The Moddable SDK does this
// when it links; here it is done when the line runs, so a function is made once and kept.

#include <stdlib.h>
#include <string.h>
#include "xsmc.h"
#include "machine.h"

#define NATIVE(name, parameters) void name(xsMachine *the);
#include "natives.h"
#undef NATIVE

typedef struct {
	const char *name;
	xsCallback callback;
	int parameters;
	xsSlot function; // undefined until it is asked for
} Native;

static Native natives[] = {
#define NATIVE(name, parameters) {#name, name, parameters, {{0}}},
#include "natives.h"
#undef NATIVE
};
enum { NATIVE_COUNT = sizeof natives / sizeof *natives };

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const Native *)a)->name, ((const Native *)b)->name);
}

static void make(xsMachine *the, Native *native)
{
	native->function = xsNewHostFunction(native->callback, native->parameters);
	xsRemember(native->function);
}

/** native(name): the host function. Throws ReferenceError for a name that this board does not have. */
static void xs_native(xsMachine *the)
{
	Native wanted = {.name = xsmcToString(xsArg(0))};
	Native *found = bsearch(&wanted, natives, NATIVE_COUNT, sizeof *natives, compare_names);
	if (!found) xsReferenceError("no native %s", wanted.name);
	if (xsmcTypeOf(found->function) == xsUndefinedType) make(the, found);
	xsResult = found->function;
}

void natives_install(xsMachine *machine, bool all)
{
	qsort(natives, NATIVE_COUNT, sizeof *natives, compare_names);
	xsBeginHost(machine);
	xsmcVars(1);
	for (int i = 0; i < NATIVE_COUNT; i++) {
		xsmcSetUndefined(natives[i].function);
		if (all) make(the, &natives[i]);
	}
	xsVar(0) = xsNewHostFunction(xs_native, 1);
	xsmcDefine(xsGlobal, xsID("native"), xsVar(0), xsDontEnum | xsDontDelete | xsDontSet);
	xsEndHost(machine);
}
