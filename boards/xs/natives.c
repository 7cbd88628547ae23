// The global function `native`: from a name to a host function (firmware/native.d.ts). The Moddable SDK does this
// when it links; here it is done when the line runs, so a function is made once and kept.

#include <stdlib.h>
#include <string.h>
#include "xsmc.h"
#include "machine.h"

#define NATIVE(name, parameters) void name(xsMachine *the);
#include "natives.h"
#undef NATIVE

struct native {
	const char *name;
	xsCallback callback;
	int parameters;
	xsSlot function; // undefined until it is asked for
};

static struct native natives[] = {
#define NATIVE(name, parameters) {#name, name, parameters, {{0}}},
#include "natives.h"
#undef NATIVE
};
enum { nativeCount = sizeof natives / sizeof *natives };

static int compareNames(const void *a, const void *b)
{
	return strcmp(((const struct native *)a)->name, ((const struct native *)b)->name);
}

static void make(xsMachine *the, struct native *native)
{
	native->function = xsNewHostFunction(native->callback, native->parameters);
	xsRemember(native->function);
}

/** native(name): the host function. Throws ReferenceError for a name that this board does not have. */
static void xs_native(xsMachine *the)
{
	struct native wanted = {.name = xsmcToString(xsArg(0))};
	struct native *found = bsearch(&wanted, natives, nativeCount, sizeof *natives, compareNames);
	if (!found) xsReferenceError("no native %s", wanted.name);
	if (xsmcTypeOf(found->function) == xsUndefinedType) make(the, found);
	xsResult = found->function;
}

void nativesInstall(xsMachine *machine, bool all)
{
	qsort(natives, nativeCount, sizeof *natives, compareNames);
	xsBeginHost(machine);
	xsmcVars(1);
	for (int i = 0; i < nativeCount; i++) {
		xsmcSetUndefined(natives[i].function);
		if (all) make(the, &natives[i]);
	}
	xsVar(0) = xsNewHostFunction(xs_native, 1);
	xsmcDefine(xsGlobal, xsID("native"), xsVar(0), xsDontEnum | xsDontDelete | xsDontSet);
	xsEndHost(machine);
}
