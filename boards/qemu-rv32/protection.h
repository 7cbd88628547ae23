// Physical memory protection: what the chip has in flash cannot be written here either.
#ifndef BATON_PROTECTION
#define BATON_PROTECTION

/** Forbids the stack's guard and makes the program read-only. Call once, first. */
void protection_start(void);

/** Makes the shared root read-only, for good. */
void protection_seal_root(void);

#endif
