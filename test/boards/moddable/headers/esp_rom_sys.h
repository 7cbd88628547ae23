// Of ESP-IDF's, as much as the boards use.
int esp_rom_printf(const char *format, ...);
