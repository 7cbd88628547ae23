// What the XS engine needs to know of its platform (XSPLATFORM): this machine's C library, one thread, no debugger.
// The arena, the promise queue and the end of the program are in boards/xs/machine.c.
#ifndef BATON_XS_PLATFORM
#define BATON_XS_PLATFORM

#undef mxLittleEndian
#define mxLittleEndian 1
#if defined(__APPLE__)
#undef mxMacOSX
#define mxMacOSX 1
#else
#undef mxLinux
#define mxLinux 1
#endif
#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1

#define mxMachinePlatform \
	int promiseJobs; /* some are queued */ \
	void *waiterCondition; \
	void *waiterData; \
	void *waiterLink;

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultFindModule 1
#define mxUseDefaultLoadModule 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1

#if INTPTR_MAX == INT64_MAX
#define mx32bitID 1 /* with 32-byte slots there is room; 16-byte slots have 16-bit identifiers, as on a device */
#endif
#define mxCESU8 1
#define mxBoundsCheck 1 /* or a full stack would overwrite the slots below it */

#endif
