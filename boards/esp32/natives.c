// Randomness of an ESP32, and how often it has restarted by itself (natives.ts).

#include <stdbool.h>
#include "xsmc.h"
#include "esp_attr.h"
#include "esp_random.h"
#include "esp_system.h"

void xs_baton_random(xsMachine *the);
void xs_baton_restarts(xsMachine *the);
void xs_baton_steady(xsMachine *the);

/** random(bytes) */
void xs_baton_random(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	esp_fill_random(bytes, length);
}

/** In memory that a restart leaves as it is, and that holds anything after the power was off. */
static RTC_NOINIT_ATTR struct {
	uint32_t count;
	uint32_t complement;
} restarts;

static void set_restarts(uint32_t count)
{
	restarts.count = count;
	restarts.complement = ~count;
}

/** By a panic or a watchdog, or by software, as XS does it when it is out of memory. */
static bool restarted_by_itself(void)
{
	switch (esp_reset_reason()) {
	case ESP_RST_PANIC:
	case ESP_RST_INT_WDT:
	case ESP_RST_TASK_WDT:
	case ESP_RST_WDT:
	case ESP_RST_SW: return true;
	default: return false;
	}
}

/** restarts() */
void xs_baton_restarts(xsMachine *the)
{
	static bool is_counted;
	if (!is_counted) {
		const bool is_known = restarts.complement == ~restarts.count;
		const uint32_t before = is_known && restarts.count < INT32_MAX ? restarts.count : 0;
		set_restarts(restarted_by_itself() ? before + 1 : 0);
		is_counted = true;
	}
	xsmcSetInteger(xsResult, (int32_t)restarts.count);
}

/** steady() */
void xs_baton_steady(xsMachine *the)
{
	(void)the;
	set_restarts(0);
}
