// ESP-IDF's declarations, for checking C without ESP-IDF.
#define RTC_NOINIT_ATTR
