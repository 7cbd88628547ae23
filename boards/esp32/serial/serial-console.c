// The console on the chip's own serial line (serial-console.ts).

#include "xsmc.h"
#include "esp_rom_sys.h"

void xs_baton_serial_print(xsMachine *the);

/** print(line) */
void xs_baton_serial_print(xsMachine *the)
{
	esp_rom_printf("%s\n", xsmcToString(xsArg(0)));
}
