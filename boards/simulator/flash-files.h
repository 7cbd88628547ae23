// NOR flash in files, one for each partition, raw.
#ifndef BATON_FLASH_FILES
#define BATON_FLASH_FILES

/** Opens the partitions in `folder`, made erased where they are absent. Ends the program if one cannot be used. */
void flash_files_open(const char *folder);

#endif
