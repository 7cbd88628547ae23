// What this machine gives a device beside sockets and flash: a clock, randomness, a console, settings.
#ifndef BATON_HOST
#define BATON_HOST

/** The JSON text that `settings()` gives, or NULL. Must outlive the machine. */
void host_settings(const char *text);

#endif
