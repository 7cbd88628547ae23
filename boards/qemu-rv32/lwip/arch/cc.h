// What lwIP needs to know of the compiler and of its surroundings.
#ifndef BATON_LWIP_CC
#define BATON_LWIP_CC

#include <stdint.h>
#include "entropy.h"
#include "fatal.h"

#define LWIP_PLATFORM_DIAG(arguments)
#define LWIP_PLATFORM_ASSERT(text) fatal(EXIT_NETWORK, "lwIP: %s", text)
#define LWIP_RAND() entropy_word()

#endif
