// Randomness (`board_random`) from virtio-rng: the host's own generator.
#ifndef BATON_ENTROPY
#define BATON_ENTROPY

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** False: QEMU was started without `-device virtio-rng-device`. */
bool entropy_start(void);

/** For what need not be secret: ports, sequence numbers. Ends the run if the source does not answer. */
uint32_t entropy_word(void);

#endif
