// Randomness of an ESP32, and why it has started (natives.ts).

#include "xsmc.h"
#include "esp_random.h"
#include "esp_system.h"

void xs_baton_random(xsMachine *the);
void xs_baton_faulted(xsMachine *the);

/** random(bytes) */
void xs_baton_random(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	esp_fill_random(bytes, length);
}

/** faulted() */
void xs_baton_faulted(xsMachine *the)
{
	switch (esp_reset_reason()) {
	case ESP_RST_PANIC:
	case ESP_RST_INT_WDT:
	case ESP_RST_TASK_WDT:
	case ESP_RST_WDT: xsmcSetTrue(xsResult); break;
	default: xsmcSetFalse(xsResult);
	}
}
