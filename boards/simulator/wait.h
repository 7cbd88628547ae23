// How the simulator waits: in poll(2), for sockets, look-ups and signals.
#ifndef BATON_WAIT
#define BATON_WAIT

/** Must come before the first callback: from now on SIGINT and SIGTERM end the loop. */
void wait_prepare(void);

#endif
