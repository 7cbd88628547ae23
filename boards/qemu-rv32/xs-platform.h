// What the XS engine needs to know of its platform (XSPLATFORM), for the board and for the compiler of its bytecode on
// the host: bytecode fits only an engine with the same features, so both include this file and get the same flags.
#ifndef BATON_XS_PLATFORM
#define BATON_XS_PLATFORM

#undef mxLittleEndian
#define mxLittleEndian 1
#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define mxMachinePlatform int promiseJobs; /* some are queued */

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultFindModule 1
#define mxUseDefaultLoadModule 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultCStackLimit 0
#define mxCESU8 1
#define C_PATH_MAX 256

// Without mx32bitID, names have 16-bit numbers: what fits into 16-byte slots.

// There are no files. Only the parser, for paths in source maps, asks for this.
#define realpath(path, resolved) ((void)(path), (void)(resolved), (char *)NULL)

#endif
