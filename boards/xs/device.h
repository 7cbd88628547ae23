// What a board gives a device beside sockets and flash: ticks, randomness, a console, settings, an end.
#ifndef BATON_DEVICE
#define BATON_DEVICE

/** The JSON text that `settings()` gives, or NULL. Must outlive the machine. */
void device_settings(const char *text);

#endif
