// NOR flash in files.
#ifndef BATON_FLASH
#define BATON_FLASH

/** Opens the partitions in `folder`, made erased where they are absent. Ends the program if one cannot be used. */
void flash_open(const char *folder);

#endif
