// The C functions of an XS board, NATIVE(name, parameters): their shapes are in natives.ts and measure.ts.
// The byte layer's and the crypto kernel's own lists follow.

NATIVE(xs_tcp_open, 3)
NATIVE(xs_tcp_read, 2)
NATIVE(xs_tcp_write, 2)
NATIVE(xs_tcp_close, 1)
NATIVE(xs_resolve, 2)
NATIVE(xs_flash_size, 1)
NATIVE(xs_flash_read, 3)
NATIVE(xs_flash_write, 3)
NATIVE(xs_flash_erase, 2)
NATIVE(xs_timer_set, 2)
NATIVE(xs_timer_clear, 1)
NATIVE(xs_ticks, 0)
NATIVE(xs_random, 1)
NATIVE(xs_print, 1)
NATIVE(xs_settings, 0)
NATIVE(xs_exit, 1)

NATIVE(xs_processor_time, 0)
NATIVE(xs_memory, 0)
NATIVE(xs_collect, 0)
NATIVE(xs_reset_peak, 0)
NATIVE(xs_mark, 0)

#include "../../firmware/bytes/natives.h"
#include "../../firmware/crypto/c/natives.h"
