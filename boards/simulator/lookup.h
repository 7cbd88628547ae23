// What look-ups need of the loop's poll(2).
#ifndef BATON_LOOKUP
#define BATON_LOOKUP

/** Readable when a look-up has its answer; -1 until the first one. */
int lookup_descriptor(void);

/** Takes one answer. */
void lookup_take(void);

#endif
