// Randomness of an ESP32 (natives.ts).

#include "xsmc.h"
#include "esp_random.h"

void xs_baton_random(xsMachine* the);

/** random(bytes) */
void xs_baton_random(xsMachine* the)
{
	void* bytes;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	esp_fill_random(bytes, length);
}
