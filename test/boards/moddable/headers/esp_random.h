// ESP-IDF's declaration, for checking C without ESP-IDF.
#include <stddef.h>
void esp_fill_random(void *buffer, size_t length);
